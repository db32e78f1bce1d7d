namespace WasmLab.Fuzz.Corpora;

/// <summary>Folders of <c>.wasm</c> files, made from folders that may hold the official suite: that is converted once, for the time of a run.</summary>
internal sealed class CorpusFolders : IDisposable
{
    private readonly List<string> _converted = [];

    public CorpusFolders(IEnumerable<string> folders)
    {
        List<string> result = [];
        foreach (var folder in folders)
        {
            result.Add(folder);
            if (Directory.EnumerateFiles(folder, "*.wast").Any())
            {
                var converted = Directory.CreateTempSubdirectory("wasmlab-fuzz-").FullName;
                _converted.Add(converted);
                result.Add(converted);
                OfficialSuite.Convert(folder, converted);
            }
        }

        Folders = result;
    }

    public IReadOnlyList<string> Folders { get; }

    public void Dispose()
    {
        foreach (var folder in _converted)
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
