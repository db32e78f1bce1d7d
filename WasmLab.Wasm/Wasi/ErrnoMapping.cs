using System.Net.Sockets;
using System.Security;

namespace WasmLab.Wasm.Wasi;

/// <summary>Turns what the host's libraries throw into the error number a POSIX program would have seen.</summary>
internal static class ErrnoMapping
{
    /// <summary>Null when the exception is no failure of the outside world, so a defect that must not be hidden.</summary>
    public static Errno? From(Exception exception) => exception switch
    {
        WasiErrnoException own => own.Errno,
        SocketException socket => From(socket.SocketErrorCode),
        FileNotFoundException or DirectoryNotFoundException or DriveNotFoundException => Errno.NoEntry,
        PathTooLongException => Errno.NameTooLong,
        EndOfStreamException => Errno.InputOutput,
        IOException { InnerException: SocketException inner } => From(inner.SocketErrorCode),
        IOException io => OperatingSystem.IsWindows() ? FromWindows(io.HResult) : FromUnix(io.HResult),
        UnauthorizedAccessException { InnerException: IOException inner } when !OperatingSystem.IsWindows() => FromUnix(inner.HResult) is var errno && errno != Errno.InputOutput ? errno : Errno.Access,
        UnauthorizedAccessException or SecurityException => Errno.Access,
        ObjectDisposedException => Errno.BadDescriptor,
        NotSupportedException => Errno.NotSupported,
        OutOfMemoryException => Errno.NoMemory,
        _ => null,
    };

    public static Errno From(SocketError error) => error switch
    {
        SocketError.Success => Errno.Success,
        SocketError.AccessDenied => Errno.Access,
        SocketError.AddressAlreadyInUse => Errno.AddressInUse,
        SocketError.AddressFamilyNotSupported or SocketError.ProtocolFamilyNotSupported => Errno.AddressFamilyNotSupported,
        SocketError.AddressNotAvailable => Errno.AddressNotAvailable,
        SocketError.AlreadyInProgress => Errno.Already,
        SocketError.ConnectionAborted => Errno.ConnectionAborted,
        SocketError.ConnectionRefused => Errno.ConnectionRefused,
        SocketError.ConnectionReset => Errno.ConnectionReset,
        SocketError.DestinationAddressRequired => Errno.DestinationAddressRequired,
        SocketError.Disconnecting or SocketError.Shutdown => Errno.Pipe,
        SocketError.Fault => Errno.Fault,
        SocketError.HostDown or SocketError.HostUnreachable => Errno.HostUnreachable,
        SocketError.HostNotFound => Errno.AiNoName,
        SocketError.NoData => Errno.AiNoData,
        SocketError.NoRecovery => Errno.AiFail,
        SocketError.TryAgain => Errno.AiAgain,
        SocketError.InProgress => Errno.InProgress,
        SocketError.Interrupted => Errno.Interrupted,
        SocketError.InvalidArgument => Errno.Invalid,
        SocketError.IsConnected => Errno.IsConnected,
        SocketError.MessageSize => Errno.MessageSize,
        SocketError.NetworkDown => Errno.NetworkDown,
        SocketError.NetworkReset => Errno.NetworkReset,
        SocketError.NetworkUnreachable => Errno.NetworkUnreachable,
        SocketError.NoBufferSpaceAvailable => Errno.NoBufferSpace,
        SocketError.NotConnected => Errno.NotConnected,
        SocketError.NotSocket => Errno.NotSocket,
        SocketError.OperationAborted => Errno.Canceled,
        SocketError.OperationNotSupported or SocketError.SocketNotSupported => Errno.NotSupported,
        SocketError.ProcessLimit => Errno.NoMemory,
        SocketError.ProtocolNotSupported => Errno.ProtocolNotSupported,
        SocketError.ProtocolOption => Errno.NoProtocolOption,
        SocketError.ProtocolType => Errno.ProtocolType,
        SocketError.TimedOut => Errno.TimedOut,
        SocketError.TooManyOpenSockets => Errno.TooManyFiles,
        SocketError.WouldBlock or SocketError.IOPending => Errno.Again,
        _ => Errno.InputOutput,
    };

    /// <summary>On Unix an <see cref="IOException"/> carries the raw errno, whose first 34 numbers all systems share.</summary>
    internal static Errno FromUnix(int errno)
    {
        var common = errno switch
        {
            1 => Errno.NotPermitted,
            2 => Errno.NoEntry,
            3 => Errno.NoProcess,
            4 => Errno.Interrupted,
            5 => Errno.InputOutput,
            6 => Errno.NoSuchDevice,
            7 => Errno.TooBig,
            9 => Errno.BadDescriptor,
            12 => Errno.NoMemory,
            13 => Errno.Access,
            14 => Errno.Fault,
            16 => Errno.Busy,
            17 => Errno.Exist,
            18 => Errno.CrossDevice,
            19 => Errno.NoDevice,
            20 => Errno.NotDirectory,
            21 => Errno.IsDirectory,
            22 => Errno.Invalid,
            23 => Errno.TooManyFiles,
            24 => Errno.TooManyDescriptors,
            25 => Errno.NotTerminal,
            26 => Errno.TextBusy,
            27 => Errno.FileTooBig,
            28 => Errno.NoSpace,
            29 => Errno.IllegalSeek,
            30 => Errno.ReadOnly,
            31 => Errno.TooManyLinks,
            32 => Errno.Pipe,
            _ => Errno.Success,
        };
        return common != Errno.Success ? common : OperatingSystem.IsLinux() ? FromLinux(errno) : FromBsd(errno);
    }

    private static Errno FromLinux(int errno) => errno switch
    {
        11 => Errno.Again,
        36 => Errno.NameTooLong,
        38 => Errno.NotImplemented,
        39 => Errno.NotEmpty,
        40 => Errno.Loop,
        75 => Errno.Overflow,
        95 => Errno.NotSupported,
        116 => Errno.Stale,
        122 => Errno.Quota,
        _ => Errno.InputOutput,
    };

    private static Errno FromBsd(int errno) => errno switch
    {
        35 => Errno.Again,
        45 => Errno.NotSupported,
        62 => Errno.Loop,
        63 => Errno.NameTooLong,
        66 => Errno.NotEmpty,
        69 => Errno.Quota,
        70 => Errno.Stale,
        78 => Errno.NotImplemented,
        84 => Errno.Overflow,
        _ => Errno.InputOutput,
    };

    private static Errno FromWindows(int result) => (result & 0xFFFF) switch
    {
        2 or 3 or 15 => Errno.NoEntry,
        4 => Errno.TooManyDescriptors,
        5 or 32 or 33 => Errno.Access,
        6 => Errno.BadDescriptor,
        8 or 14 => Errno.NoMemory,
        17 => Errno.CrossDevice,
        19 => Errno.ReadOnly,
        39 or 112 => Errno.NoSpace,
        80 or 183 => Errno.Exist,
        87 or 123 => Errno.Invalid,
        109 or 232 => Errno.Pipe,
        145 => Errno.NotEmpty,
        206 => Errno.NameTooLong,
        267 => Errno.NotDirectory,
        1142 => Errno.TooManyLinks,
        _ => Errno.InputOutput,
    };
}
