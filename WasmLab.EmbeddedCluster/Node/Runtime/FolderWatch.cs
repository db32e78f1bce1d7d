namespace WasmLab.EmbeddedCluster.Nodes.Runtime;

/// <summary>Calls back, never twice at once, soon after files in a folder change.</summary>
/// <remarks>The number of file watches of a user is limited by the system; without one the folder is looked at every second.</remarks>
internal sealed class FolderWatch : IDisposable
{
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Action _changed;
    private readonly ITimer _timer;
    private readonly FileSystemWatcher? _watcher;

    public FolderWatch(string folder, string filter, Action changed, TimeProvider time)
    {
        _changed = changed;
        _timer = time.CreateTimer(_ => Notify(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        try
        {
            _watcher = new FileSystemWatcher(folder, filter);
            _watcher.Created += (_, _) => Schedule();
            _watcher.Changed += (_, _) => Schedule();
            _watcher.Deleted += (_, _) => Schedule();
            _watcher.Renamed += (_, _) => Schedule();
            _watcher.Error += (_, _) => Schedule();
            _watcher.EnableRaisingEvents = true;
        }
        catch (IOException)
        {
            _watcher?.Dispose();
            _watcher = null;
            _timer.Change(PollInterval, PollInterval);
        }
    }

    public void Dispose()
    {
        _watcher?.Dispose();
        _timer.Dispose();
    }

    private void Schedule() => _timer.Change(Settle, Timeout.InfiniteTimeSpan);

    private void Notify()
    {
        lock (_gate)
        {
            _changed();
        }
    }
}
