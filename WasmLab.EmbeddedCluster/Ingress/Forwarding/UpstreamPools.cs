using System.Net;

namespace WasmLab.EmbeddedCluster.Ingresses.Forwarding;

/// <summary>
/// The pools by address, and the watch over deadlines: one timer looks at every open connection, so that a request pays one store and no timer.
/// </summary>
internal sealed class UpstreamPools : IDisposable
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<EndPoint, UpstreamPool> _pools = [];
    private readonly HashSet<UpstreamConnection> _open = [];
    private readonly Lock _lock = new();
    private readonly TimeProvider _timeProvider;
    private readonly ITimer _timer;

    /// <param name="timeProvider">The clock of the deadlines.</param>
    /// <param name="connector">Opens the connections; null connects to addresses directly.</param>
    public UpstreamPools(TimeProvider timeProvider, IUpstreamConnector? connector = null)
    {
        _timeProvider = timeProvider;
        Connector = connector ?? DirectConnector.Instance;
        _timer = timeProvider.CreateTimer(static state => ((UpstreamPools)state!).Sweep(), this, WatchInterval, WatchInterval);
    }

    public IUpstreamConnector Connector { get; }

    public int OpenConnections
    {
        get
        {
            lock (_lock)
            {
                return _open.Count;
            }
        }
    }

    public UpstreamPool Get(EndPoint endPoint)
    {
        lock (_lock)
        {
            if (!_pools.TryGetValue(endPoint, out var pool))
            {
                _pools[endPoint] = pool = new UpstreamPool(endPoint, this, _timeProvider);
            }

            return pool;
        }
    }

    /// <summary>Retires every other pool.</summary>
    public void Retain(HashSet<UpstreamPool> used)
    {
        List<UpstreamPool> retired;
        lock (_lock)
        {
            retired = [.. _pools.Values.Where(pool => !used.Contains(pool))];
            retired.ForEach(pool => _pools.Remove(pool.EndPoint));
        }

        retired.ForEach(pool => pool.Retire());
    }

    public void Watch(UpstreamConnection connection)
    {
        lock (_lock)
        {
            _open.Add(connection);
        }
    }

    public void Close(UpstreamConnection connection)
    {
        lock (_lock)
        {
            _open.Remove(connection);
        }

        connection.Dispose();
    }

    public void Dispose()
    {
        _timer.Dispose();
        List<UpstreamConnection> open;
        lock (_lock)
        {
            open = [.. _open];
            _open.Clear();
            _pools.Clear();
        }

        open.ForEach(connection => connection.Dispose());
    }

    private void Sweep()
    {
        UpstreamConnection[] open;
        UpstreamPool[] pools;
        lock (_lock)
        {
            if (_open.Count == 0)
            {
                return;
            }

            open = [.. _open];
            pools = [.. _pools.Values];
        }

        var now = _timeProvider.GetTimestamp();
        foreach (var connection in open)
        {
            connection.CloseIfOverdue(now);
        }

        foreach (var pool in pools)
        {
            pool.CloseIdle(now);
        }
    }
}
