using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using WasmLab.Hosting.Lab;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.Hosting.Clusters;

/// <summary>Creates the lab's objects on the host cluster, marked as its own. On a cluster that the lab did not make, what others created stays as it is.</summary>
internal sealed class HostObjects(ClusterConnections connections, LabOptions options)
{
    private bool IsShared => options.Cluster == ClusterKind.Context;

    /// <summary>Shows and creates a namespace; one of the lab's own stays as it is.</summary>
    /// <exception cref="DistributedApplicationException">The namespace is somebody else's.</exception>
    public async Task EnsureNamespaceAsync(string name, LabStep step, CancellationToken cancellationToken)
    {
        var found = connections.FindHost() is { } host ? await host.FindAsync<Namespace>(name, ct: cancellationToken).ConfigureAwait(false) : null;
        if (found is not null && Ownership.IsOurs(found.Metadata))
        {
            return;
        }

        if (found is not null && IsShared)
        {
            throw new DistributedApplicationException(
                $"The cluster has a namespace '{name}' already, which the lab did not create and does not touch. "
                + $"Choose another cluster, or give it to the lab: kubectl label namespace {name} {Ownership.Selector}");
        }

        if (options.Cluster != ClusterKind.Embedded)
        {
            step.ByHand($"kubectl create namespace {name} && kubectl label namespace {name} {Ownership.Selector}");
        }

        if (!step.IsRehearsal)
        {
            await connections.Host.ApplyAsync(Ownership.Mark(new Namespace { Metadata = { Name = name } }), Ownership.FieldManager, cancellationToken)
                .ConfigureAwait(false);
        }
    }

    /// <summary>Brings a RuntimeClass to the host, whose nodes read it there; somebody else's with the same handler does as well.</summary>
    /// <exception cref="DistributedApplicationException">Somebody else's class of this name has another handler.</exception>
    public async Task EnsureRuntimeClassAsync(JsonObject manifest, LabStep step, CancellationToken cancellationToken)
    {
        var name = (string)manifest["metadata"]!["name"]!;
        var handler = (string?)manifest["handler"];
        var found = connections.FindHost() is { } host ? await host.FindAsync<RuntimeClass>(name, ct: cancellationToken).ConfigureAwait(false) : null;
        if (found is not null && IsShared && !Ownership.IsOurs(found.Metadata))
        {
            if (found.Handler == handler)
            {
                step.Logger.LogInformation("RuntimeClass {Name} is on the host already and names handler {Handler}.", name, handler);
                return;
            }

            throw new DistributedApplicationException(
                $"The cluster has a RuntimeClass '{name}' already, which the lab did not create; it names handler '{found.Handler}', not '{handler}'. "
                + $"If nothing needs it: kubectl delete runtimeclass {name}, then run this step again.");
        }

        step.Logger.LogInformation("RuntimeClass {Name} goes to the host as well: its node reads it there.", name);
        if (!step.IsRehearsal)
        {
            await connections.Host.ApplyAsync(Ownership.Mark((JsonObject)manifest.DeepClone()), Ownership.FieldManager, null, cancellationToken)
                .ConfigureAwait(false);
        }
    }
}
