namespace WasmLab.Wasm.Wasi;

/// <summary>The guest called <c>proc_exit</c>. It unwinds the guest and tells its host the code.</summary>
public sealed class WasiExitException : Exception
{
    /// <summary>Creates the exception for <paramref name="code"/>.</summary>
    public WasiExitException(uint code)
        : base($"the module exited with code {code}") => Code = code;

    /// <summary>The code given to <c>proc_exit</c>.</summary>
    public uint Code { get; }
}
