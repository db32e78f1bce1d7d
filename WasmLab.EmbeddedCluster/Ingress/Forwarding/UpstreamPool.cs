using System.Net;

namespace WasmLab.EmbeddedCluster.Ingresses.Forwarding;

/// <summary>The connections to one address: the newest idle one is used again first.</summary>
internal sealed class UpstreamPool(EndPoint endPoint, UpstreamPools pools, TimeProvider timeProvider)
{
    // As ingress-nginx: upstream-keepalive-connections, -requests and -timeout.
    private const int MaxIdle = 320;
    private const int MaxRequests = 10_000;
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(60);

    private readonly Stack<UpstreamConnection> _idle = new();
    private readonly Lock _lock = new();
    private bool _retired;

    public EndPoint EndPoint => endPoint;

    public string Address { get; } = endPoint.ToString()!;

    /// <summary>An idle connection, or null when a new one has to be opened.</summary>
    /// <param name="mustBeAlive">Asks the socket, for requests that cannot be sent a second time.</param>
    public UpstreamConnection? TakeIdle(bool mustBeAlive)
    {
        while (true)
        {
            UpstreamConnection? connection;
            lock (_lock)
            {
                if (!_idle.TryPop(out connection))
                {
                    return null;
                }
            }

            if (!mustBeAlive || !connection.IsStale)
            {
                connection.Requests++;
                return connection;
            }

            pools.Close(connection);
        }
    }

    /// <exception cref="System.Net.Sockets.SocketException">The pod refuses.</exception>
    /// <exception cref="OperationCanceledException">The pod did not answer in time, or the token was cancelled.</exception>
    public async ValueTask<UpstreamConnection> OpenAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        source.CancelAfter(timeout);
        var socket = await pools.Connector.ConnectAsync(endPoint, source.Token).ConfigureAwait(false);
        var connection = new UpstreamConnection(socket, this, timeProvider) { Requests = 1 };
        pools.Watch(connection);
        return connection;
    }

    /// <summary>Gives a connection back whose answer has been read to its end.</summary>
    public void Return(UpstreamConnection connection)
    {
        if (connection.Disarm() && connection.AbortReason == ConnectionAbort.None && connection.Unread.IsEmpty && connection.Requests < MaxRequests)
        {
            connection.IdleSince = timeProvider.GetTimestamp();
            lock (_lock)
            {
                if (!_retired && _idle.Count < MaxIdle)
                {
                    _idle.Push(connection);
                    return;
                }
            }
        }

        pools.Close(connection);
    }

    /// <summary>Closes what has been idle too long.</summary>
    public void CloseIdle(long now)
    {
        List<UpstreamConnection>? closing = null;
        lock (_lock)
        {
            if (_idle.Count == 0 || !_idle.Any(connection => timeProvider.GetElapsedTime(connection.IdleSince, now) > IdleTimeout))
            {
                return;
            }

            var all = _idle.Reverse().ToList();
            _idle.Clear();
            foreach (var connection in all)
            {
                if (timeProvider.GetElapsedTime(connection.IdleSince, now) > IdleTimeout)
                {
                    (closing ??= []).Add(connection);
                }
                else
                {
                    _idle.Push(connection);
                }
            }
        }

        closing?.ForEach(pools.Close);
    }

    /// <summary>The endpoint is gone: requests on their way may finish, nothing is kept for later.</summary>
    public void Retire()
    {
        List<UpstreamConnection> closing;
        lock (_lock)
        {
            _retired = true;
            closing = [.. _idle];
            _idle.Clear();
        }

        closing.ForEach(pools.Close);
    }
}
