using System.Security.Cryptography;

namespace WasmLab.Fuzz.Corpora;

/// <summary>The modules that cases are made of, in an order that depends on their bytes alone, so that a case can be made again.</summary>
internal static class Corpus
{
    private const long MaxModuleSize = 4 * 1024 * 1024;

    /// <summary>Reads every <c>.wasm</c> file below the folders, each module once.</summary>
    public static IReadOnlyList<byte[]> Load(IEnumerable<string> folders) =>
    [
        .. folders
            .SelectMany(folder => new DirectoryInfo(folder).EnumerateFiles("*.wasm", SearchOption.AllDirectories))
            .Where(file => file.Length <= MaxModuleSize)
            .Select(file => File.ReadAllBytes(file.FullName))
            .Select(module => (Module: module, Digest: Convert.ToHexString(SHA256.HashData(module))))
            .DistinctBy(entry => entry.Digest)
            .OrderBy(entry => entry.Digest, StringComparer.Ordinal)
            .Select(entry => entry.Module),
    ];
}
