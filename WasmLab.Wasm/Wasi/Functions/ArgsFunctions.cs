namespace WasmLab.Wasm.Wasi.Functions;

/// <summary><c>args_*</c>.</summary>
internal static class ArgsFunctions
{
    public static readonly WasiImport[] All =
    [
        WasiImport.Returning("args_sizes_get", "ii", call => StringTable.WriteSizes(call, call.Context.Configuration.Arguments)),
        WasiImport.Returning("args_get", "ii", call => StringTable.Write(call, call.Context.Configuration.Arguments)),
    ];
}
