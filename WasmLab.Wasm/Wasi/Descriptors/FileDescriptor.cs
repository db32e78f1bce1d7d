using Microsoft.Win32.SafeHandles;
using WasmLab.Wasm.Wasi.Files;

namespace WasmLab.Wasm.Wasi.Descriptors;

/// <summary>An open file with its own position.</summary>
internal sealed class FileDescriptor(SafeFileHandle handle, string hostPath, FileType type) : Descriptor
{
    private long _position;

    public override FileType Type => type;

    public SafeFileHandle Handle => handle;

    private bool IsSeekable => type == FileType.RegularFile;

    public override Errno Read(WasiContext context, IoVectors buffers, out int count)
    {
        var errno = ReadAt(_position, buffers, out count);
        _position += count;
        return errno;
    }

    public override Errno Write(WasiContext context, IoVectors buffers, out int count)
    {
        if (IsSeekable && Flags.HasFlag(FdFlags.Append))
        {
            _position = RandomAccess.GetLength(handle);
        }

        var errno = WriteAt(_position, buffers, out count);
        _position += count;
        return errno;
    }

    public Errno ReadAt(long position, IoVectors buffers, out int count)
    {
        count = 0;
        for (var i = 0; i < buffers.Count; i++)
        {
            var buffer = buffers[i];
            if (buffer.IsEmpty)
            {
                continue;
            }

            var read = RandomAccess.Read(handle, buffer, position + count);
            count += read;
            if (read < buffer.Length || !IsSeekable)
            {
                break;
            }
        }

        return Errno.Success;
    }

    public Errno WriteAt(long position, IoVectors buffers, out int count)
    {
        count = 0;
        for (var i = 0; i < buffers.Count; i++)
        {
            RandomAccess.Write(handle, buffers[i], position + count);
            count += buffers[i].Length;
        }

        if ((Flags & (FdFlags.Sync | FdFlags.DataSync)) != 0)
        {
            RandomAccess.FlushToDisk(handle);
        }

        return Errno.Success;
    }

    public override Errno Seek(long offset, Whence whence, out long position)
    {
        position = 0;
        if (!IsSeekable)
        {
            return Errno.IllegalSeek;
        }

        var origin = whence switch
        {
            Whence.Set => 0,
            Whence.Current => _position,
            _ => RandomAccess.GetLength(handle),
        };
        if (offset > long.MaxValue - origin)
        {
            return Errno.Overflow;
        }

        if (origin + offset < 0)
        {
            return Errno.Invalid;
        }

        position = _position = origin + offset;
        return Errno.Success;
    }

    public override Errno Synchronize()
    {
        RandomAccess.FlushToDisk(handle);
        return Errno.Success;
    }

    public override FileStatus GetStatus() => FileStatus.Of(handle, hostPath);

    public override long ReadableBytes => IsSeekable ? Math.Max(0, RandomAccess.GetLength(handle) - _position) : 1;

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            handle.Dispose();
        }

        base.Dispose(disposing);
    }
}
