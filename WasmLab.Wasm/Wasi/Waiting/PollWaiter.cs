using System.IO.Pipes;
using System.Runtime.InteropServices;

namespace WasmLab.Wasm.Wasi.Waiting;

/// <summary><c>poll(2)</c> over the sockets and a pipe that <see cref="Wake"/> writes to.</summary>
internal sealed class PollWaiter : IWaiter
{
    private const short PollIn = 0x1;
    private const short PollOut = 0x4;
    private const short PollError = 0x8;
    private const short PollHangUp = 0x10;
    private const short PollInvalid = 0x20;
    private const int InterruptedCall = 4;

    private readonly AnonymousPipeServerStream _wakeSender = new(PipeDirection.Out);
    private readonly AnonymousPipeClientStream _wakeReceiver;
    private Libc.PollFd[] _descriptors = new Libc.PollFd[4];

    public PollWaiter() => _wakeReceiver = new AnonymousPipeClientStream(PipeDirection.In, _wakeSender.ClientSafePipeHandle);

    public int Wait(Span<WaitEntry> entries, TimeSpan timeout)
    {
        if (_descriptors.Length < entries.Length + 1)
        {
            _descriptors = new Libc.PollFd[Math.Max(entries.Length + 1, _descriptors.Length * 2)];
        }

        for (var i = 0; i < entries.Length; i++)
        {
            var requested = entries[i].Requested;
            _descriptors[i] = new Libc.PollFd
            {
                FileDescriptor = entries[i].Source.FileDescriptor,
                Events = (short)((requested.HasFlag(WaitEvents.Read) ? PollIn : 0) | (requested.HasFlag(WaitEvents.Write) ? PollOut : 0)),
            };
        }

        _descriptors[entries.Length] = new Libc.PollFd
        {
            FileDescriptor = (int)_wakeReceiver.SafePipeHandle.DangerousGetHandle(),
            Events = PollIn,
        };

        Poll(entries.Length + 1, timeout);

        var ready = 0;
        for (var i = 0; i < entries.Length; i++)
        {
            entries[i].Ready = FromPoll(_descriptors[i].Returned, entries[i].Requested);
            ready += entries[i].Ready == WaitEvents.None ? 0 : 1;
        }

        return ready;
    }

    public void Wake()
    {
        try
        {
            _wakeSender.WriteByte(1);
        }
        catch (ObjectDisposedException)
        {
            // The instance ended by itself meanwhile.
        }
    }

    public void Dispose()
    {
        _wakeReceiver.Dispose();
        _wakeSender.Dispose();
    }

    private void Poll(int count, TimeSpan timeout)
    {
        var started = TimeProvider.System.GetTimestamp();
        var remaining = timeout;
        while (true)
        {
            // Rounded up: a wait that ends early would make the guest spin.
            var milliseconds = timeout < TimeSpan.Zero ? -1 : (int)Math.Clamp(Math.Ceiling(remaining.TotalMilliseconds), 0, int.MaxValue);
            var result = Libc.Poll(ref _descriptors[0], (nuint)count, milliseconds);
            if (result > 0)
            {
                return;
            }

            if (result < 0 && Marshal.GetLastPInvokeError() != InterruptedCall)
            {
                throw new IOException("poll failed", Marshal.GetLastPInvokeError());
            }

            remaining = timeout - TimeProvider.System.GetElapsedTime(started);
            if (timeout >= TimeSpan.Zero && remaining <= TimeSpan.Zero)
            {
                return;
            }
        }
    }

    private static WaitEvents FromPoll(short returned, WaitEvents requested)
    {
        var failed = (returned & (PollError | PollInvalid)) != 0;
        var hungUp = (returned & PollHangUp) != 0;
        var ready = WaitEvents.None;
        ready |= (returned & PollIn) != 0 || ((failed || hungUp) && requested.HasFlag(WaitEvents.Read)) ? WaitEvents.Read : WaitEvents.None;
        ready |= (returned & PollOut) != 0 || ((failed || hungUp) && requested.HasFlag(WaitEvents.Write)) ? WaitEvents.Write : WaitEvents.None;
        ready |= hungUp ? WaitEvents.HangUp : WaitEvents.None;
        ready |= failed ? WaitEvents.Error : WaitEvents.None;
        return ready;
    }
}
