using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using WasmLab.Wasm.Wasi.Files;
using WasmLab.Wasm.Wasi.Waiting;

namespace WasmLab.Wasm.Wasi.Descriptors;

/// <summary>An open file with its own position; or a FIFO or device, which has none and may keep a guest waiting.</summary>
internal sealed class FileDescriptor : Descriptor
{
    private readonly string? _hostPath;
    private long _position;

    /// <param name="handle">The open file, which this descriptor then owns.</param>
    /// <param name="type">What it is.</param>
    /// <param name="opening">How it was opened.</param>
    /// <param name="hostPath">Its path, on systems that cannot tell the status of an open file.</param>
    [SetsRequiredMembers]
    public FileDescriptor(SafeFileHandle handle, FileType type, FileOpening opening, string? hostPath = null)
    {
        Handle = handle;
        Type = type;
        _hostPath = hostPath;
        Rights = opening.Rights & Rights.File;
        Inheriting = Rights.None;
        SetFlags(opening.FdFlags);
    }

    public override FileType Type { get; }

    public SafeFileHandle Handle { get; }

    public override WaitHandleSource? WaitSource =>
        IsSeekable || !OperatingSystem.IsLinux() ? null : new WaitHandleSource(null, (int)Handle.DangerousGetHandle());

    private bool IsSeekable => Type == FileType.RegularFile;

    public override void SetFlags(FdFlags flags)
    {
        if (OperatingSystem.IsLinux() && (flags.HasFlag(FdFlags.Append) || Flags.HasFlag(FdFlags.Append)))
        {
            // The system's own appending, so that several writers of one log do not overwrite one another.
            LinuxFiles.SetAppend(Handle, flags.HasFlag(FdFlags.Append));
        }

        base.SetFlags(flags);
    }

    public override Errno Read(WasiContext context, IoVectors buffers, out int count)
    {
        if (WaitSource is { } source)
        {
            return ReadDevice(context, source, buffers, out count);
        }

        var errno = ReadAt(_position, buffers, out count);
        _position += count;
        return errno;
    }

    public override Errno Write(WasiContext context, IoVectors buffers, out int count)
    {
        if (WaitSource is { } source)
        {
            return WriteDevice(context, source, buffers, out count);
        }

        if (Flags.HasFlag(FdFlags.Append))
        {
            _position = RandomAccess.GetLength(Handle);
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

            var read = RandomAccess.Read(Handle, buffer, position + count);
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
            RandomAccess.Write(Handle, buffers[i], position + count);
            count += buffers[i].Length;
        }

        if ((Flags & (FdFlags.Sync | FdFlags.DataSync)) != 0)
        {
            RandomAccess.FlushToDisk(Handle);
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
            _ => RandomAccess.GetLength(Handle),
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

    /// <summary>Makes sure that the file is as long as the range, with room for it on the disk.</summary>
    public Errno Allocate(long offset, long length)
    {
        if (OperatingSystem.IsLinux())
        {
            var failure = LinuxFiles.Allocate(Handle, offset, length);
            return failure == 0 ? Errno.Success : ErrnoMapping.FromUnix(failure);
        }

        if (RandomAccess.GetLength(Handle) < offset + length)
        {
            RandomAccess.SetLength(Handle, offset + length);
        }

        return Errno.Success;
    }

    public override Errno Synchronize()
    {
        RandomAccess.FlushToDisk(Handle);
        return Errno.Success;
    }

    public override FileStatus GetStatus() =>
        _hostPath is null ? FileStatus.Of(Handle)
        : FileStatus.FindPortably(_hostPath) ?? new FileStatus { Type = Type, Length = (ulong)RandomAccess.GetLength(Handle) };

    public override long ReadableBytes => IsSeekable ? Math.Max(0, RandomAccess.GetLength(Handle) - _position) : 1;

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Handle.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Takes what is there, in one piece.</summary>
    private Errno ReadDevice(WasiContext context, WaitHandleSource source, IoVectors buffers, out int count)
    {
        count = 0;
        for (var i = 0; i < buffers.Count; i++)
        {
            if (!buffers[i].IsEmpty)
            {
                return Transfer(context, source, WaitEvents.Read, buffers[i], out count);
            }
        }

        return Errno.Success;
    }

    /// <summary>A blocking descriptor writes everything; a non-blocking one what finds room.</summary>
    private Errno WriteDevice(WasiContext context, WaitHandleSource source, IoVectors buffers, out int count)
    {
        count = 0;
        for (var i = 0; i < buffers.Count; i++)
        {
            for (var buffer = buffers[i]; !buffer.IsEmpty;)
            {
                var errno = Transfer(context, source, WaitEvents.Write, buffer, out var written);
                if (errno != Errno.Success)
                {
                    return count > 0 ? Errno.Success : errno;
                }

                count += written;
                buffer = buffer[written..];
            }
        }

        return Errno.Success;
    }

    /// <summary>One call of the system, which does not block; the waiting is done where it can be interrupted.</summary>
    private Errno Transfer(WasiContext context, WaitHandleSource source, WaitEvents direction, Span<byte> buffer, out int count)
    {
        while (true)
        {
            count = 0;
            if (!context.Wait(source, direction, IsNonBlocking ? TimeSpan.Zero : WasiContext.Forever))
            {
                return Errno.Again;
            }

            var done = direction == WaitEvents.Read
                ? LinuxFiles.Read(Handle, buffer, (nuint)buffer.Length)
                : LinuxFiles.Write(Handle, buffer, (nuint)buffer.Length);
            if (done >= 0)
            {
                count = (int)done;
                return Errno.Success;
            }

            var errno = ErrnoMapping.FromUnix(Marshal.GetLastPInvokeError());
            if (errno is not (Errno.Again or Errno.Interrupted) || (errno == Errno.Again && IsNonBlocking))
            {
                return errno;
            }
        }
    }
}
