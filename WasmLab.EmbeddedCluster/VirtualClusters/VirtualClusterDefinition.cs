using System.Text.Json.Nodes;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.VirtualClusters;

/// <summary>Teaches a real cluster the kind VirtualCluster, which the embedded API has of itself.</summary>
internal static class VirtualClusterDefinition
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Returns when the cluster serves the kind; what is there already stays as it is.</summary>
    /// <exception cref="StartupException">The cluster refuses it.</exception>
    public static async Task InstallAsync(KubernetesClient host, string fieldManager, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!await host.ServesAsync<CustomResourceDefinition>(cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        try
        {
            using var deadline = new CancellationTokenSource(s_deadline, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
            var definition = await host.ApplyAsync(Create(), fieldManager, either.Token).ConfigureAwait(false);
            while (!definition.IsEstablished || !await host.ServesAsync<VirtualCluster>(either.Token).ConfigureAwait(false))
            {
                await Task.Delay(s_pause, time, either.Token).ConfigureAwait(false);
                definition = await host.GetAsync<CustomResourceDefinition>(definition.Metadata.Name!, ct: either.Token).ConfigureAwait(false);
            }
        }
        catch (KubernetesException exception)
        {
            throw new StartupException($"the cluster refuses the kind VirtualCluster: {exception.Message}", exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new StartupException(
                $"the cluster does not serve the kind VirtualCluster {s_deadline.TotalSeconds:0} s after it was defined: kubectl describe customresourcedefinition {Name}", exception);
        }
    }

    private static string Name => $"{VirtualCluster.Type.Plural}.{VirtualCluster.Type.Group}";

    private static CustomResourceDefinition Create() => new()
    {
        Metadata = { Name = Name, Labels = { [ManagedBy.Label] = ManagedBy.Lab } },
        Spec =
        {
            Group = VirtualCluster.Type.Group,
            Scope = "Namespaced",
            Names =
            {
                Kind = VirtualCluster.Type.Kind,
                ListKind = VirtualCluster.Type.Kind + "List",
                Plural = VirtualCluster.Type.Plural,
                Singular = "virtualcluster",
            },
            Versions =
            [
                new()
                {
                    Name = VirtualCluster.Type.Version,
                    Served = true,
                    Storage = true,
                    Schema = new()
                    {
                        OpenApiSchema = new() { ["type"] = "object", ["properties"] = new JsonObject { ["spec"] = Anything(), ["status"] = Anything() } },
                    },
                    Subresources = new() { Status = [] },
                    AdditionalPrinterColumns =
                    [
                        new() { Name = "Phase", Type = "string", JsonPath = ".status.phase" },
                        new() { Name = "Server", Type = "string", JsonPath = ".status.server" },
                        new() { Name = "Age", Type = "date", JsonPath = ".metadata.creationTimestamp" },
                    ],
                },
            ],
        },
    };

    private static JsonObject Anything() => new() { ["type"] = "object", ["x-kubernetes-preserve-unknown-fields"] = true };
}
