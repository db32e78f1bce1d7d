namespace WasmLab.Wasm.Wasi.Sockets;

/// <summary>WasmEdge's numbers of the address families.</summary>
internal enum GuestAddressFamily : byte
{
    Unspecified = 0,
    Inet4 = 1,
    Inet6 = 2,
    Unix = 3,
}

/// <summary>WasmEdge's numbers of the socket types.</summary>
internal enum GuestSocketType : byte
{
    Any = 0,
    Datagram = 1,
    Stream = 2,
}
