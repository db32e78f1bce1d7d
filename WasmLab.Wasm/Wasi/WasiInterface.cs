namespace WasmLab.Wasm.Wasi;

/// <summary>The two versions of WASI that share their calls and differ in a few layouts.</summary>
internal enum WasiInterface
{
    /// <summary><c>wasi_snapshot_preview1</c>.</summary>
    Preview1,

    /// <summary><c>wasi_unstable</c>, its predecessor, also called snapshot 0: what older modules import.</summary>
    Unstable,
}
