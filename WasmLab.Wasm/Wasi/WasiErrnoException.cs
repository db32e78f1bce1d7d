namespace WasmLab.Wasm.Wasi;

/// <summary>Ends a call early with an error number. It never leaves <see cref="WasiContext"/>.</summary>
internal sealed class WasiErrnoException(Errno errno) : Exception(errno.ToString())
{
    public Errno Errno { get; } = errno;
}
