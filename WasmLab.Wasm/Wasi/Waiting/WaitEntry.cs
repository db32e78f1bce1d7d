using System.Net.Sockets;

namespace WasmLab.Wasm.Wasi.Waiting;

[Flags]
internal enum WaitEvents
{
    None = 0,
    Read = 1,
    Write = 2,
    HangUp = 4,
    Error = 8,
}

/// <summary>Something of the host that becomes readable or writable: a socket everywhere, any file descriptor on Unix.</summary>
internal readonly record struct WaitHandleSource(Socket? Socket, int FileDescriptor);

/// <summary>One thing waited for, and what came of it.</summary>
internal struct WaitEntry
{
    public WaitHandleSource Source;
    public WaitEvents Requested;
    public WaitEvents Ready;
}
