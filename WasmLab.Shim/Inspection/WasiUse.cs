using WasmLab.Wasm;

namespace WasmLab.Shim.Inspection;

/// <summary>Which parts of WASI and of WasmEdge's extension a module imports.</summary>
/// <param name="Interfaces">The names that it imports WASI under.</param>
/// <param name="Functions">What it imports of preview 1 itself.</param>
/// <param name="SocketFunctions">What it imports of WasmEdge's sockets.</param>
/// <param name="SocketVersion">Their version, <c>V1</c> or <c>V2</c>; null without them.</param>
internal sealed record WasiUse(
    IReadOnlyList<string> Interfaces, IReadOnlyList<string> Functions, IReadOnlyList<string> SocketFunctions, string? SocketVersion)
{
    private static readonly string[] InterfaceNames = ["wasi_snapshot_preview1", "wasi_unstable"];
    private static readonly string[] StandardSocketFunctions = ["sock_recv", "sock_send", "sock_shutdown"];

    public static WasiUse Of(IReadOnlyList<ImportType> imports)
    {
        var wasi = imports.Where(import => InterfaceNames.Contains(import.Module)).ToList();
        var extension = wasi.Where(IsExtension).ToList();
        return new WasiUse(
            [.. wasi.Select(import => import.Module).Distinct().Order()],
            [.. wasi.Except(extension).Select(import => import.Name).Order()],
            [.. extension.Select(import => import.Name).Order()],
            extension.Count == 0 ? null : wasi.Any(IsSecondVersion) ? "V2" : "V1");
    }

    private static bool IsExtension(ImportType import) =>
        import.Name == "epoll_oneoff"
        || (import.Name.StartsWith("sock_", StringComparison.Ordinal) && !StandardSocketFunctions.Contains(import.Name) && !IsStandardAccept(import));

    private static bool IsStandardAccept(ImportType import) => import.Name == "sock_accept" && ParametersOf(import) == 3;

    /// <summary>A name of the second version, or a name of the first with the second's signature.</summary>
    private static bool IsSecondVersion(ImportType import) =>
        import.Name.EndsWith("_v2", StringComparison.Ordinal)
        || (import.Name is "sock_getlocaladdr" or "sock_getpeeraddr" && ParametersOf(import) == 3)
        || (import.Name == "sock_recv_from" && ParametersOf(import) == 8);

    private static int ParametersOf(ImportType import) => (import.Type as FunctionType)?.Parameters.Count ?? 0;
}
