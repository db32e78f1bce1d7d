using System.Buffers;
using WasmLab.Wasm.Wasi.Waiting;

namespace WasmLab.Wasm.Wasi.Descriptors;

/// <summary>A standard stream. It belongs to the host: closing it here only forgets it.</summary>
internal sealed class StreamDescriptor(WasiStream stream) : Descriptor
{
    private readonly Stream _stream = stream.Stream;

    public override FileType Type => stream.IsTerminal ? FileType.CharacterDevice : FileType.Unknown;

    public override WaitHandleSource? WaitSource =>
        stream.FileDescriptor is { } descriptor ? new WaitHandleSource(null, descriptor) : null;

    public override Errno Read(WasiContext context, IoVectors buffers, out int count)
    {
        count = 0;
        if (!_stream.CanRead)
        {
            return Errno.BadDescriptor;
        }

        if (WaitSource is { } source)
        {
            var ready = context.Wait(source, WaitEvents.Read, IsNonBlocking ? TimeSpan.Zero : WasiContext.Forever);
            if (!ready)
            {
                return Errno.Again;
            }
        }

        for (var i = 0; i < buffers.Count; i++)
        {
            var buffer = buffers[i];
            if (buffer.IsEmpty)
            {
                continue;
            }

            count = _stream.Read(buffer);
            return Errno.Success;
        }

        return Errno.Success;
    }

    public override Errno Write(WasiContext context, IoVectors buffers, out int count)
    {
        count = 0;
        if (!_stream.CanWrite)
        {
            return Errno.BadDescriptor;
        }

        count = buffers.TotalLength;
        if (buffers.TryGetSingle(out var only))
        {
            _stream.Write(only);
        }
        else
        {
            // One write for all buffers, so that lines of several writers do not mix.
            var joined = ArrayPool<byte>.Shared.Rent(count);
            buffers.CopyTo(joined.AsSpan(0, count), 0);
            try
            {
                _stream.Write(joined.AsSpan(0, count));
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(joined);
            }
        }

        _stream.Flush();
        return Errno.Success;
    }

    public override Errno Synchronize()
    {
        _stream.Flush();
        return Errno.Success;
    }
}
