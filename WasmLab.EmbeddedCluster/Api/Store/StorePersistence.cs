using Microsoft.Extensions.Logging;

namespace WasmLab.EmbeddedCluster.Api.Store;

/// <summary>Writes a store's objects to a file a moment after they have changed, and when it is disposed of.</summary>
internal sealed class StorePersistence : IDisposable
{
    /// <summary>Changes come in bursts; so much of the last one may be lost when the process is killed.</summary>
    private static readonly TimeSpan s_delay = TimeSpan.FromMilliseconds(200);

    private readonly MemoryObjectStore _store;
    private readonly ObjectFile _file;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private long _written;

    public StorePersistence(MemoryObjectStore store, ObjectFile file, TimeProvider time, ILogger logger)
    {
        _store = store;
        _file = file;
        _logger = logger;
        _written = store.Revision;
        _timer = time.CreateTimer(_ => Write(), null, s_delay, s_delay);
    }

    public void Dispose()
    {
        _timer.Dispose();
        Write();
    }

    private void Write()
    {
        lock (_gate)
        {
            var revision = _store.Revision;
            if (revision == _written)
            {
                return;
            }

            try
            {
                _file.Write(_store.All());
                _written = revision;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                _logger.LogWarning("The objects cannot be kept for the next run: {Reason}", exception.Message);
            }
        }
    }
}
