using WasmLab.Wasm.Wasi.Files;
using WasmLab.Wasm.Wasi.Waiting;

namespace WasmLab.Wasm.Wasi.Descriptors;

/// <summary>What a guest's descriptor number stands for. What a kind cannot do answers with POSIX's error for it.</summary>
internal abstract class Descriptor : IDisposable
{
    private long _lastReadPoll;
    private long _lastWritePoll;

    public abstract FileType Type { get; }

    public FdFlags Flags { get; private set; }

    public required Rights Rights { get; set; }

    public required Rights Inheriting { get; set; }

    public bool IsNonBlocking => Flags.HasFlag(FdFlags.NonBlocking);

    /// <summary>What to wait on; null when reading and writing never block.</summary>
    public virtual WaitHandleSource? WaitSource => null;

    public FdFlags InitialFlags
    {
        init => Flags = value;
    }

    public virtual void SetFlags(FdFlags flags) => Flags = flags;

    /// <summary>False when this poll has waited for the same already.</summary>
    public bool TryMarkPolled(long sequence, bool reads)
    {
        ref var last = ref reads ? ref _lastReadPoll : ref _lastWritePoll;
        if (last == sequence)
        {
            return false;
        }

        last = sequence;
        return true;
    }

    public virtual Errno Read(WasiContext context, IoVectors buffers, out int count)
    {
        count = 0;
        return Errno.BadDescriptor;
    }

    public virtual Errno Write(WasiContext context, IoVectors buffers, out int count)
    {
        count = 0;
        return Errno.BadDescriptor;
    }

    public virtual Errno Seek(long offset, Whence whence, out long position)
    {
        position = 0;
        return Errno.IllegalSeek;
    }

    public virtual Errno Synchronize() => Errno.Invalid;

    public virtual FileStatus GetStatus() => new() { Type = Type, LinkCount = 1 };

    /// <summary>How many bytes a read would find at once, as far as that is known without another system call: at least one.</summary>
    public virtual long ReadableBytes => 1;

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }
}
