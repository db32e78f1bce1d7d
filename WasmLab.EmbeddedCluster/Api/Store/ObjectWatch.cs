using System.Threading.Channels;

namespace WasmLab.EmbeddedCluster.Api.Store;

/// <summary>A reader of changes. Its queue has a limit; when it is reached the watch ends as compacted rather than hold a writer up.</summary>
internal sealed class ObjectWatch : IDisposable
{
    /// <summary>A burst of changes that a reader may be behind.</summary>
    public const int QueueLimit = 8192;

    private readonly Channel<ObjectChange> _queue = Channel.CreateBounded<ObjectChange>(
        new BoundedChannelOptions(QueueLimit) { SingleReader = true, SingleWriter = true, AllowSynchronousContinuations = false });

    private readonly Action<ObjectWatch> _leave;

    internal ObjectWatch(long start, Action<ObjectWatch> leave)
    {
        Start = start;
        _leave = leave;
    }

    /// <summary>The revision after which it starts.</summary>
    public long Start { get; }

    /// <summary>It ended because its reader was too slow.</summary>
    public bool Compacted { get; private set; }

    /// <summary>The changes, until disposed of or compacted.</summary>
    public ChannelReader<ObjectChange> Changes => _queue.Reader;

    public void Dispose()
    {
        _leave(this);
        _queue.Writer.TryComplete();
    }

    /// <summary>Called by the store, with its lock held, in the order of revisions.</summary>
    internal bool Offer(ObjectChange change)
    {
        if (_queue.Writer.TryWrite(change))
        {
            return true;
        }

        Compacted = true;
        _queue.Writer.TryComplete();
        return false;
    }
}
