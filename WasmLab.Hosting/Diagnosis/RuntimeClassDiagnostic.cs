using System.Runtime.CompilerServices;
using WasmLab.Hosting.Clusters;
using WasmLab.Hosting.Flavors;
using WasmLab.Hosting.Lab;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.Hosting.Diagnosis;

/// <summary>Is every RuntimeClass that a flavor names on the host, and does it name the handler that the shim step installs?</summary>
internal sealed class RuntimeClassDiagnostic(DistributedApplicationModel model, ClusterConnections connections) : IDiagnostic
{
    public ChainPart Part => ChainPart.RuntimeClass;

    public async IAsyncEnumerable<Finding> ExamineAsync(LabStep step, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var handlers = model.Resources.OfType<WasmShimResource>().Select(shim => shim.Handler).ToHashSet(StringComparer.Ordinal);
        foreach (var flavor in model.Resources.OfType<FlavorResource>())
        {
            foreach (var name in await FlavorManifest.RuntimeClassesAsync(flavor, cancellationToken).ConfigureAwait(false))
            {
                yield return await ExamineAsync(name, flavor, handlers, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<Finding> ExamineAsync(string name, FlavorResource flavor, HashSet<string> handlers, CancellationToken cancellationToken)
    {
        var link = $"RuntimeClass {name}";
        if (connections.FindHost() is not { } host)
        {
            return Finding.NotExamined(link, "the API server has not been reached");
        }

        var runtimeClass = await host.FindAsync<RuntimeClass>(name, ct: cancellationToken).ConfigureAwait(false);
        if (runtimeClass is null)
        {
            return Finding.Broken(
                link, "not on the host cluster", "a virtual cluster does not bring it there, but the host's node reads it",
                $"flavor '{flavor.Name}': command 'Apply manifest'");
        }

        return handlers.Contains(runtimeClass.Handler ?? "")
            ? Finding.Holds(link, $"on the host, handler {runtimeClass.Handler}")
            : Finding.Broken(
                link, $"on the host, handler {runtimeClass.Handler}", $"the shim step installs {string.Join(", ", handlers)}, and no other handler",
                $"give the RuntimeClass one of these handlers (its handler cannot be changed: kubectl delete runtimeclass {name}, then flavor '{flavor.Name}': 'Apply manifest')");
    }
}
