namespace WasmLab.Wasm.Wasi.Functions;

/// <summary><c>proc_*</c>.</summary>
internal static class ProcFunctions
{
    private const uint SignalExitBase = 128;
    private const uint HighestSignal = 30;

    public static readonly WasiImport[] All =
    [
        WasiImport.Void("proc_exit", "i", call => throw new WasiExitException(call.UInt32(0))),
        WasiImport.Returning("proc_raise", "i", Raise),
    ];

    /// <summary>A module has no handlers, so a signal does what it does to a program without any: nothing, or it ends it.</summary>
    private static Errno Raise(WasiCall call) => call.UInt32(0) switch
    {
        0 or 16 or 17 or 22 or 27 => Errno.Success,
        18 or 19 or 20 or 21 => Errno.NotSupported,
        var signal and <= HighestSignal => throw new WasiExitException(SignalExitBase + signal),
        _ => Errno.Invalid,
    };
}
