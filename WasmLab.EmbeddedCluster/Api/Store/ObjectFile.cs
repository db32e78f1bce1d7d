using System.Text.Json;
using System.Text.Json.Nodes;
using WasmLab.Kubernetes;

namespace WasmLab.EmbeddedCluster.Api.Store;

/// <summary>The objects of a store as a file, a line an object, so that an API can begin where an earlier run ended.</summary>
/// <param name="path">Where it is.</param>
/// <param name="keeps">Which objects are worth keeping.</param>
internal sealed class ObjectFile(string path, Func<StoredObject, bool> keeps)
{
    /// <summary>What was written last; nothing when there is no file.</summary>
    /// <exception cref="FormatException">The file was not written by this class.</exception>
    public IReadOnlyList<(ObjectKey Key, JsonObject Object)> Read()
    {
        if (!File.Exists(path))
        {
            return [];
        }

        try
        {
            return [.. File.ReadLines(path).Select(line => JsonSerializer.Deserialize<Line>(line, KubernetesJson.Options)!).Select(line => (line.Key, line.Object))];
        }
        catch (Exception exception) when (exception is JsonException or NullReferenceException)
        {
            throw new FormatException($"{path} does not hold the objects of an API: {exception.Message}; delete it to begin anew", exception);
        }
    }

    /// <summary>Writes the objects all at once: a reader, or a run after a crash, sees the former ones or these.</summary>
    public void Write(IEnumerable<StoredObject> objects)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            // Secrets are among them.
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var writer = new StreamWriter(temporary, options))
        {
            foreach (var item in objects.Where(keeps))
            {
                writer.WriteLine(JsonSerializer.Serialize(new Line(item.Key, item.ToJson()), KubernetesJson.Options));
            }
        }

        File.Move(temporary, path, overwrite: true);
    }

    private sealed record Line(ObjectKey Key, JsonObject Object);
}
