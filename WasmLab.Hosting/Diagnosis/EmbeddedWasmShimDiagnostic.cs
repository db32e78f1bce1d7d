using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using WasmLab.Hosting.Lab;

namespace WasmLab.Hosting.Diagnosis;

/// <summary>Does the embedded node know the handler, and is the handler's shim where it says?</summary>
internal sealed class EmbeddedWasmShimDiagnostic(DistributedApplicationModel model, LabOptions options) : IDiagnostic
{
    public ChainPart Part => ChainPart.WasmShim;

    public async IAsyncEnumerable<Finding> ExamineAsync(LabStep step, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var shim in model.Resources.OfType<WasmShimResource>())
        {
            var path = Path.Combine(options.NodeDirectory, "runtimes.d", shim.Handler + ".json");
            var program = File.Exists(path) ? ProgramOf(await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false)) : null;
            var remedy = $"'{shim.Name}': command 'Install handler', or run the step again";
            yield return (File.Exists(path), program) switch
            {
                (false, _) => Finding.Broken(
                    $"Handler {shim.Handler}", $"{path} is missing", $"the node has no runtime under the name {shim.Handler}", remedy),
                (true, null) => Finding.Broken($"Handler {shim.Handler}", $"{path} names no shim", "the file was changed by hand", remedy),
                (true, _) when !File.Exists(program) => Finding.Broken(
                    $"Handler {shim.Handler}", $"its shim {program} is missing", "the file was deleted", remedy),
                _ => Finding.Holds($"Handler {shim.Handler}", $"shim {program}"),
            };
        }
    }

    private static string? ProgramOf(string configuration)
    {
        try
        {
            return (string?)JsonNode.Parse(configuration)?["shim"];
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
