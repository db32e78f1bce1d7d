using System.Buffers;
using System.Net;
using System.Net.Sockets;
using WasmLab.Wasm.Wasi.Waiting;

namespace WasmLab.Wasm.Wasi.Descriptors;

/// <summary>
/// A socket. For the host it never blocks; a guest's blocking call waits in its <see cref="WasiContext"/>, where it can be interrupted.
/// </summary>
internal sealed class SocketDescriptor : Descriptor
{
    private const int LargestDatagram = 65536;

    // Buffers below this are joined into one send: header and body as two packets would meet Nagle's algorithm.
    private const int LargestJoinedSend = 65536;

    private readonly Socket _socket;
    private readonly WaitHandleSource _source;

    public SocketDescriptor(Socket socket)
    {
        _socket = socket;
        _socket.Blocking = false;
        _source = new WaitHandleSource(socket, OperatingSystem.IsWindows() ? -1 : (int)socket.SafeHandle.DangerousGetHandle());
    }

    public override FileType Type => IsStream ? FileType.SocketStream : FileType.SocketDatagram;

    public Socket Socket => _socket;

    public bool IsStream => _socket.SocketType == SocketType.Stream;

    public bool IsListening { get; private set; }

    /// <summary>SO_REUSEADDR as the guest set it.</summary>
    public bool ReuseAddress { get; private set; }

    public TimeSpan ReceiveTimeout { get; set; } = WasiContext.Forever;

    public TimeSpan SendTimeout { get; set; } = WasiContext.Forever;

    public override WaitHandleSource? WaitSource => _source;

    public override Errno Read(WasiContext context, IoVectors buffers, out int count) =>
        Receive(context, buffers, SocketFlags.None, waitForAll: false, out count, out _);

    public override Errno Write(WasiContext context, IoVectors buffers, out int count) =>
        Send(context, buffers, null, out count);

    /// <summary>
    /// On Unix the class library sets SO_REUSEADDR before it binds a stream socket, and its own option would also set SO_REUSEPORT, with
    /// which two servers share a port unnoticed. On Windows the option means that, so it is only remembered.
    /// </summary>
    public void SetReuseAddress(bool reuse)
    {
        ReuseAddress = reuse;
        if (!IsStream && !OperatingSystem.IsWindows())
        {
            var (level, name) = OperatingSystem.IsLinux() ? (1, 2) : (0xFFFF, 4);
            _socket.SetRawSocketOption(level, name, BitConverter.GetBytes(reuse ? 1 : 0));
        }
    }

    public void Listen(int backlog)
    {
        _socket.Listen(backlog);
        IsListening = true;
    }

    public Errno Connect(WasiContext context, EndPoint peer)
    {
        try
        {
            _socket.Connect(peer);
            return Errno.Success;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            if (IsNonBlocking)
            {
                return Errno.InProgress;
            }
        }

        if (!context.Wait(_source, WaitEvents.Write, SendTimeout))
        {
            return Errno.TimedOut;
        }

        return TakeError();
    }

    /// <summary>SO_ERROR: the outcome of a connect that went on in the background. Reading it clears it.</summary>
    public Errno TakeError() =>
        ErrnoMapping.From((SocketError)(int)_socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!);

    public Errno Accept(WasiContext context, out Socket? accepted)
    {
        accepted = null;
        while (true)
        {
            // Asked first: an accept without a connection costs an exception.
            var ready = context.Wait(_source, WaitEvents.Read, IsNonBlocking ? TimeSpan.Zero : ReceiveTimeout);
            if (!ready)
            {
                return IsListening ? Errno.Again : Errno.Invalid;
            }

            try
            {
                accepted = _socket.Accept();
                return Errno.Success;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.WouldBlock && !IsNonBlocking)
            {
                // The client has gone between the two calls.
            }
            catch (InvalidOperationException)
            {
                return Errno.Invalid;
            }
        }
    }

    public Errno Receive(WasiContext context, IoVectors buffers, SocketFlags flags, bool waitForAll, out int count, out bool truncated)
    {
        if (!IsStream)
        {
            return ReceiveFrom(context, buffers, flags, out count, out truncated, out _);
        }

        count = 0;
        truncated = false;
        for (var i = 0; i < buffers.Count; i++)
        {
            var buffer = buffers[i];
            while (!buffer.IsEmpty)
            {
                var received = _socket.Receive(buffer, flags, out var error);
                if (error == SocketError.WouldBlock)
                {
                    if (count > 0 && !waitForAll)
                    {
                        return Errno.Success;
                    }

                    if (IsNonBlocking || !context.Wait(_source, WaitEvents.Read, ReceiveTimeout))
                    {
                        return count > 0 ? Errno.Success : Errno.Again;
                    }

                    continue;
                }

                if (error != SocketError.Success)
                {
                    return count > 0 ? Errno.Success : ErrnoMapping.From(error);
                }

                count += received;
                buffer = buffer[received..];
                if (received == 0 || flags.HasFlag(SocketFlags.Peek) || (!waitForAll && !buffer.IsEmpty))
                {
                    return Errno.Success;
                }
            }
        }

        return Errno.Success;
    }

    /// <summary>One message. What finds no room in the buffers is lost, and told by <paramref name="truncated"/>.</summary>
    public Errno ReceiveFrom(WasiContext context, IoVectors buffers, SocketFlags flags, out int count, out bool truncated, out EndPoint? sender)
    {
        count = 0;
        truncated = false;
        sender = null;
        if (IsStream)
        {
            var errno = Receive(context, buffers, flags, waitForAll: false, out count, out _);
            sender = _socket.RemoteEndPoint;
            return errno;
        }

        var message = ArrayPool<byte>.Shared.Rent(LargestDatagram);
        try
        {
            while (true)
            {
                if (!context.Wait(_source, WaitEvents.Read, IsNonBlocking ? TimeSpan.Zero : ReceiveTimeout))
                {
                    return Errno.Again;
                }

                try
                {
                    EndPoint from = new IPEndPoint(_socket.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
                    var length = _socket.ReceiveFrom(message.AsSpan(0, LargestDatagram), flags, ref from);
                    count = buffers.CopyFrom(message.AsSpan(0, length));
                    truncated = count < length;
                    sender = from;
                    return Errno.Success;
                }
                catch (SocketException e) when (e.SocketErrorCode == SocketError.WouldBlock && !IsNonBlocking)
                {
                    // A datagram with a wrong checksum woke the wait and was dropped.
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(message);
        }
    }

    /// <summary>A blocking socket sends everything; a non-blocking one what finds room.</summary>
    public Errno Send(WasiContext context, IoVectors buffers, EndPoint? peer, out int count)
    {
        count = 0;
        if (IsStream && buffers.TryGetSingle(out var only))
        {
            return SendAll(context, only, null, ref count);
        }

        var total = buffers.TotalLength;
        if (!IsStream && total > LargestDatagram)
        {
            return Errno.MessageSize;
        }

        var joined = ArrayPool<byte>.Shared.Rent(Math.Clamp(total, 1, LargestJoinedSend));
        try
        {
            do
            {
                var length = buffers.CopyTo(joined.AsSpan(0, Math.Min(total - count, LargestJoinedSend)), count);
                var before = count;
                var errno = SendAll(context, joined.AsSpan(0, length), peer, ref count);
                if (errno != Errno.Success)
                {
                    return count > 0 ? Errno.Success : errno;
                }

                if (count - before < length)
                {
                    return Errno.Success;
                }
            }
            while (count < total);

            return Errno.Success;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(joined);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _socket.Dispose();
        }

        base.Dispose(disposing);
    }

    private Errno SendAll(WasiContext context, ReadOnlySpan<byte> data, EndPoint? peer, ref int count)
    {
        var already = count;
        while (true)
        {
            var sent = SendOnce(data, peer, out var error);
            if (error == SocketError.Success)
            {
                count += sent;
                data = data[sent..];
                if (data.IsEmpty)
                {
                    return Errno.Success;
                }
            }
            else if (error != SocketError.WouldBlock)
            {
                return count > already ? Errno.Success : ErrnoMapping.From(error);
            }

            if (IsNonBlocking || !context.Wait(_source, WaitEvents.Write, SendTimeout))
            {
                return count > already ? Errno.Success : Errno.Again;
            }
        }
    }

    private int SendOnce(ReadOnlySpan<byte> data, EndPoint? peer, out SocketError error)
    {
        if (peer is null)
        {
            return _socket.Send(data, SocketFlags.None, out error);
        }

        try
        {
            error = SocketError.Success;
            return _socket.SendTo(data, SocketFlags.None, peer);
        }
        catch (SocketException e)
        {
            error = e.SocketErrorCode;
            return 0;
        }
    }
}
