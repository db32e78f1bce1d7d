namespace WasmLab.Wasm.Wasi.Functions;

/// <summary><c>environ_*</c>.</summary>
internal static class EnvironFunctions
{
    public static readonly WasiImport[] All =
    [
        WasiImport.Returning("environ_sizes_get", "ii", call => StringTable.WriteSizes(call, Entries(call))),
        WasiImport.Returning("environ_get", "ii", call => StringTable.Write(call, Entries(call))),
    ];

    private static string[] Entries(WasiCall call) =>
        [.. call.Context.Configuration.Environment.Select(variable => $"{variable.Key}={variable.Value}")];
}
