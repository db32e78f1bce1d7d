namespace WasmLab.Wasm;

/// <summary>A module could not be compiled ahead of time. It can run nevertheless.</summary>
public sealed class PrecompilationException : Exception
{
    internal PrecompilationException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
