using System.Collections.Frozen;
using WasmLab.Wasm.Wasi.Functions;

namespace WasmLab.Wasm.Wasi;

/// <summary>Every import that is offered, and how one is bound to an instance's context.</summary>
internal static class WasiImports
{
    public const string ModuleName = "wasi_snapshot_preview1";
    public const string UnstableModuleName = "wasi_unstable";

    private static readonly FrozenDictionary<string, WasiImport[]> ByName = ((IEnumerable<WasiImport>)
        [
            .. ArgsFunctions.All, .. EnvironFunctions.All, .. ClockFunctions.All, .. RandomFunctions.All,
            .. FdFunctions.All, .. FdStatusFunctions.All, .. FdDirectoryFunctions.All,
            .. PathFunctions.All, .. PathOpenFunction.All, .. PathLinkFunctions.All,
            .. PollFunctions.All, .. ProcFunctions.All, .. SchedFunctions.All,
            .. SockFunctions.All, .. SockTransferFunctions.All, .. SockAddressFunctions.All, .. SockOptionFunctions.All, .. SockAddrInfoFunctions.All,
        ])
        .GroupBy(import => import.Name)
        .ToFrozenDictionary(group => group.Key, group => group.ToArray());

    public static IEnumerable<WasiImport> All => ByName.Values.SelectMany(variants => variants);

    /// <summary>Null when the import is none of this interface.</summary>
    /// <exception cref="LinkException">It is one, but of another type.</exception>
    public static HostFunction? Bind(WasiContext context, ImportType import)
    {
        if (VersionOf(import) is not { } version || !ByName.TryGetValue(import.Name, out var variants))
        {
            return null;
        }

        var match = Find(import) ?? throw new LinkException(import, string.Join(" or ", variants.Select(variant => variant.Type.ToString())));
        var body = match.Body;
        return (caller, arguments, results) =>
        {
            var errno = Run(context, version, body, caller, arguments);
            if (results.Length > 0)
            {
                results[0] = (long)errno;
            }
        };
    }

    /// <summary>
    /// Of a name with several signatures, WasmEdge's V1 and V2 of a socket function, the one that the guest was compiled against.
    /// Null when there is none of its name and type.
    /// </summary>
    public static WasiImport? Find(ImportType import) =>
        VersionOf(import) is not null && ByName.TryGetValue(import.Name, out var variants)
            ? variants.FirstOrDefault(variant => variant.Type.Equals(import.Type))
            : null;

    private static WasiInterface? VersionOf(ImportType import) => import.Module switch
    {
        ModuleName => WasiInterface.Preview1,
        UnstableModuleName => WasiInterface.Unstable,
        _ => null,
    };

    private static Errno Run(WasiContext context, WasiInterface version, WasiFunction body, Instance caller, ReadOnlySpan<long> arguments)
    {
        try
        {
            return body(new WasiCall(context, version, context.MemoryOf(caller), arguments));
        }
        catch (Exception e) when (ErrnoMapping.From(e) is { } errno)
        {
            return errno;
        }
    }
}
