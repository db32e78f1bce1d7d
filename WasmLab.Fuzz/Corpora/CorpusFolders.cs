using System.Globalization;
using WasmLab.Fuzz.Generation;

namespace WasmLab.Fuzz.Corpora;

/// <summary>
/// The folders whose modules cases are made of, for the time of a run: those that are given, what comes of the official suite where one of
/// them holds it, and some generated modules.
/// </summary>
internal sealed class CorpusFolders : IDisposable
{
    private const int GeneratedModules = 200;

    private readonly DirectoryInfo _made = Directory.CreateTempSubdirectory("wasmlab-fuzz-");

    public CorpusFolders(IEnumerable<string> folders)
    {
        var given = folders.ToList();
        foreach (var suite in given.Where(folder => Directory.EnumerateFiles(folder, "*.wast").Any()))
        {
            OfficialSuite.Convert(suite, Path.Combine(_made.FullName, "suite"));
        }

        for (var i = 0; i < GeneratedModules; i++)
        {
            var path = Path.Combine(_made.FullName, string.Create(CultureInfo.InvariantCulture, $"generated-{i}.wasm"));
            File.WriteAllBytes(path, ModuleGenerator.Generate(new Random(i)));
        }

        All = [.. given, _made.FullName];
    }

    public IReadOnlyList<string> All { get; }

    public void Dispose() => _made.Delete(recursive: true);
}
