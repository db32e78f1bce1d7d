namespace WasmLab.Wasm.Wasi.Functions;

/// <summary><c>sched_yield</c>.</summary>
internal static class SchedFunctions
{
    public static readonly WasiImport[] All = [WasiImport.Returning("sched_yield", "", Yield)];

    private static Errno Yield(WasiCall call)
    {
        call.Context.ThrowIfInterrupted();
        Thread.Yield();
        return Errno.Success;
    }
}
