using System.Runtime.InteropServices;

namespace WasmLab.Shim.Running;

/// <summary>
/// A Unix descriptor as it is. The console's streams hide a closed pipe, which must end a module that writes into it; a file stream
/// keeps a position of its own, which overwrites what another stream of the same file wrote.
/// </summary>
internal sealed partial class DescriptorStream(int descriptor) : Stream
{
    private const int InterruptedCall = 4;
    private const short PollIn = 1;
    private const short PollOut = 4;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        while (true)
        {
            var count = Read(descriptor, ref MemoryMarshal.GetReference(buffer), (nuint)buffer.Length);
            if (count >= 0)
            {
                return (int)count;
            }

            WaitOrThrow(PollIn);
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var count = Write(descriptor, ref MemoryMarshal.GetReference(buffer), (nuint)buffer.Length);
            if (count >= 0)
            {
                buffer = buffer[(int)count..];
            }
            else
            {
                WaitOrThrow(PollOut);
            }
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Another process may have made the shared descriptor non-blocking.</summary>
    private void WaitOrThrow(short events)
    {
        var errno = Marshal.GetLastPInvokeError();
        var wouldBlock = OperatingSystem.IsLinux() ? 11 : 35;
        if (errno == wouldBlock)
        {
            var poll = new PollFd { Descriptor = descriptor, Events = events };
            _ = Poll(ref poll, 1, -1);
        }
        else if (errno != InterruptedCall)
        {
            throw new IOException($"descriptor {descriptor}: {Marshal.GetPInvokeErrorMessage(errno)}", errno);
        }
    }

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(int descriptor, ref byte buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, ref readonly byte buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref PollFd descriptors, nuint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollFd
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
