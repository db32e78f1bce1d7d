using System.Buffers.Binary;
using System.Net.Sockets;
using WasmLab.Wasm.Wasi.Descriptors;
using WasmLab.Wasm.Wasi.Sockets;

namespace WasmLab.Wasm.Wasi.Functions;

/// <summary><c>sock_getsockopt</c> and <c>sock_setsockopt</c>: level SOL_SOCKET, the options that POSIX has for every socket.</summary>
internal static class SockOptionFunctions
{
    private const uint SocketLevel = 0;
    private const int IntegerSize = 4;
    private const int LingerSize = 8;
    private const int TimeSize = 16;

    public static readonly WasiImport[] All =
    [
        WasiImport.Returning("sock_getsockopt", "iiiii", Get),
        WasiImport.Returning("sock_setsockopt", "iiiii", Set),
    ];

    private enum Option : uint
    {
        ReuseAddress = 0,
        Type = 1,
        Error = 2,
        DontRoute = 3,
        Broadcast = 4,
        SendBuffer = 5,
        ReceiveBuffer = 6,
        KeepAlive = 7,
        OutOfBandInline = 8,
        Linger = 9,
        ReceiveLowWater = 10,
        ReceiveTimeout = 11,
        SendTimeout = 12,
        AcceptsConnections = 13,
    }

    private static Errno Get(WasiCall call)
    {
        var descriptor = call.Context.Descriptors.GetSocket(call.UInt32(0));
        var lengthResult = call.Result(4, 4);
        var value = call.Memory.Bytes(call.UInt32(3), BinaryPrimitives.ReadUInt32LittleEndian(lengthResult));
        if (call.UInt32(1) != SocketLevel)
        {
            return Errno.NoProtocolOption;
        }

        Span<byte> full = stackalloc byte[TimeSize];
        full.Clear();
        var option = (Option)call.UInt32(2);
        var length = option switch
        {
            Option.ReceiveTimeout => WriteTime(full, descriptor.ReceiveTimeout),
            Option.SendTimeout => WriteTime(full, descriptor.SendTimeout),
            Option.Linger => WriteLinger(full, descriptor.Socket),
            _ => WriteInteger(full, GetInteger(descriptor, option)),
        };

        // As getsockopt(2): a short buffer gets the first part.
        length = Math.Min(length, value.Length);
        full[..length].CopyTo(value);
        BinaryPrimitives.WriteInt32LittleEndian(lengthResult, length);
        return Errno.Success;
    }

    private static Errno Set(WasiCall call)
    {
        var descriptor = call.Context.Descriptors.GetSocket(call.UInt32(0));
        var value = call.Bytes(3);
        if (call.UInt32(1) != SocketLevel)
        {
            return Errno.NoProtocolOption;
        }

        switch ((Option)call.UInt32(2))
        {
            case Option.ReceiveTimeout:
                descriptor.ReceiveTimeout = ReadTime(value);
                return Errno.Success;
            case Option.SendTimeout:
                descriptor.SendTimeout = ReadTime(value);
                return Errno.Success;
            case Option.Linger:
                Require(value, LingerSize);
                descriptor.Socket.LingerState = new LingerOption(
                    BinaryPrimitives.ReadInt32LittleEndian(value) != 0,
                    Math.Clamp(BinaryPrimitives.ReadInt32LittleEndian(value[4..]), 0, ushort.MaxValue));
                return Errno.Success;
            case var option:
                Require(value, IntegerSize);
                return SetInteger(descriptor, option, BinaryPrimitives.ReadInt32LittleEndian(value));
        }
    }

    private static int GetInteger(SocketDescriptor descriptor, Option option) => option switch
    {
        Option.ReuseAddress => descriptor.ReuseAddress ? 1 : 0,
        Option.Type => (int)(descriptor.IsStream ? GuestSocketType.Stream : GuestSocketType.Datagram),
        Option.Error => (int)descriptor.TakeError(),
        Option.AcceptsConnections => descriptor.IsListening ? 1 : 0,
        Option.ReceiveLowWater => 1,
        _ => Convert.ToInt32(descriptor.Socket.GetSocketOption(SocketOptionLevel.Socket, NameOf(option)), null),
    };

    private static Errno SetInteger(SocketDescriptor descriptor, Option option, int value)
    {
        switch (option)
        {
            case Option.ReuseAddress:
                descriptor.SetReuseAddress(value != 0);
                return Errno.Success;
            case Option.Type or Option.Error or Option.AcceptsConnections:
                return Errno.NoProtocolOption;
            default:
                descriptor.Socket.SetSocketOption(SocketOptionLevel.Socket, NameOf(option), value);
                return Errno.Success;
        }
    }

    private static SocketOptionName NameOf(Option option) => option switch
    {
        Option.DontRoute => SocketOptionName.DontRoute,
        Option.Broadcast => SocketOptionName.Broadcast,
        Option.SendBuffer => SocketOptionName.SendBuffer,
        Option.ReceiveBuffer => SocketOptionName.ReceiveBuffer,
        Option.KeepAlive => SocketOptionName.KeepAlive,
        Option.OutOfBandInline => SocketOptionName.OutOfBandInline,
        _ => throw new WasiErrnoException(Errno.NoProtocolOption),
    };

    private static int WriteInteger(Span<byte> target, int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(target, value);
        return IntegerSize;
    }

    private static int WriteLinger(Span<byte> target, Socket socket)
    {
        var linger = socket.LingerState!;
        BinaryPrimitives.WriteInt32LittleEndian(target, linger.Enabled ? 1 : 0);
        BinaryPrimitives.WriteInt32LittleEndian(target[4..], linger.LingerTime);
        return LingerSize;
    }

    /// <summary><c>{i64 seconds; i64 microseconds}</c>; zero means no limit.</summary>
    private static int WriteTime(Span<byte> target, TimeSpan timeout)
    {
        if (timeout > TimeSpan.Zero)
        {
            BinaryPrimitives.WriteInt64LittleEndian(target, (long)timeout.TotalSeconds);
            BinaryPrimitives.WriteInt64LittleEndian(target[8..], timeout.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond);
        }

        return TimeSize;
    }

    private static TimeSpan ReadTime(ReadOnlySpan<byte> value)
    {
        Require(value, TimeSize);
        var seconds = BinaryPrimitives.ReadInt64LittleEndian(value);
        var microseconds = BinaryPrimitives.ReadInt64LittleEndian(value[8..]);
        if (seconds < 0 || microseconds is < 0 or >= 1_000_000)
        {
            throw new WasiErrnoException(Errno.Domain);
        }

        return seconds == 0 && microseconds == 0 ? WasiContext.Forever
            : TimeSpan.FromSeconds(Math.Min(seconds, int.MaxValue)) + TimeSpan.FromMicroseconds(microseconds);
    }

    private static void Require(ReadOnlySpan<byte> value, int size)
    {
        if (value.Length < size)
        {
            throw new WasiErrnoException(Errno.Invalid);
        }
    }
}
