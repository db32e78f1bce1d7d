using System.Net;
using System.Net.Sockets;

namespace WasmLab.Wasm.Wasi.Waiting;

/// <summary><see cref="Socket.Select(System.Collections.IList?, System.Collections.IList?, System.Collections.IList?, TimeSpan)"/>, for systems without <c>poll(2)</c>.</summary>
internal sealed class SelectWaiter : IWaiter
{
    // Longer waits are cut in pieces: select takes microseconds in 32 bits on some systems.
    private static readonly TimeSpan LongestSelect = TimeSpan.FromMinutes(30);

    // A datagram socket connected to itself: what Wake sends makes it readable.
    private readonly Socket _wake = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

    public SelectWaiter()
    {
        _wake.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _wake.Connect(_wake.LocalEndPoint!);
    }

    public int Wait(Span<WaitEntry> entries, TimeSpan timeout)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var remaining = timeout < TimeSpan.Zero ? LongestSelect : timeout - TimeProvider.System.GetElapsedTime(started);
            remaining = remaining < TimeSpan.Zero ? TimeSpan.Zero : remaining > LongestSelect ? LongestSelect : remaining;
            var ready = Select(entries, remaining, out var woken);
            if (ready > 0 || woken || (timeout >= TimeSpan.Zero && TimeProvider.System.GetElapsedTime(started) >= timeout))
            {
                return ready;
            }
        }
    }

    public void Wake()
    {
        try
        {
            _wake.Send([1]);
        }
        catch (ObjectDisposedException)
        {
            // The instance ended by itself meanwhile.
        }
    }

    public void Dispose() => _wake.Dispose();

    private int Select(Span<WaitEntry> entries, TimeSpan timeout, out bool woken)
    {
        var read = new List<Socket>(entries.Length + 1) { _wake };
        var write = new List<Socket>(entries.Length);
        var failed = new List<Socket>(entries.Length);
        foreach (ref readonly var entry in entries)
        {
            if (entry.Source.Socket is not { } socket)
            {
                continue;
            }

            if (entry.Requested.HasFlag(WaitEvents.Read))
            {
                read.Add(socket);
            }

            if (entry.Requested.HasFlag(WaitEvents.Write))
            {
                write.Add(socket);
                failed.Add(socket);
            }
        }

        Socket.Select(read, write, failed, timeout);
        woken = read.Contains(_wake);

        var ready = 0;
        foreach (ref var entry in entries)
        {
            entry.Ready = entry.Source.Socket is not { } socket ? WaitEvents.None
                : (entry.Requested.HasFlag(WaitEvents.Read) && read.Contains(socket) ? WaitEvents.Read : WaitEvents.None)
                | (entry.Requested.HasFlag(WaitEvents.Write) && write.Contains(socket) ? WaitEvents.Write : WaitEvents.None)
                | (entry.Requested.HasFlag(WaitEvents.Write) && failed.Contains(socket) ? WaitEvents.Write | WaitEvents.Error : WaitEvents.None);
            ready += entry.Ready == WaitEvents.None ? 0 : 1;
        }

        return ready;
    }
}
