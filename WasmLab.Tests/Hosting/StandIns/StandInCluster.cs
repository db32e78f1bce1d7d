using System.Text.Json.Nodes;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Hosting.StandIns;

/// <summary>The cluster of the stand-ins, for what addons and charts put on a real one.</summary>
internal sealed class StandInCluster(ClusterProcess process)
{
    private const string FieldManager = "stand-in";

    public KubernetesClient Client => process.Client;

    /// <summary>The port of the cluster's API, where virtual clusters have theirs too.</summary>
    public int ApiPort => KubernetesPort(KubeConfig.Load(process.KubeConfigPath));

    /// <summary>A service with a ready pod behind it, whose port leads to one of this machine.</summary>
    public async Task AddServiceAsync(string ns, string name, int port, int targetPort)
    {
        var labels = new Dictionary<string, string> { ["app"] = name };
        var pod = new Pod
        {
            Metadata = { Name = $"{name}-0", Namespace = ns, Labels = labels },
            // No node takes it: it runs in this machine already.
            Spec = { SchedulerName = FieldManager, Containers = [new Container { Name = "main", Image = "stand-in", Ports = [new ContainerPort { Name = "main", Port = targetPort }] }] },
        };
        await Client.ApplyAsync(new Namespace { Metadata = { Name = ns } }, FieldManager);
        await Client.ApplyAsync(pod, FieldManager);
        await Client.PatchAsync<Pod>(pod.Metadata.Name, ns, new JsonObject
        {
            ["status"] = new JsonObject
            {
                ["phase"] = "Running",
                ["podIP"] = "127.0.0.1",
                ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = "True" }),
            },
        }, "status");
        await Client.ApplyAsync(
            new Service
            {
                Metadata = { Name = name, Namespace = ns },
                Spec = { Selector = labels, Ports = [new ServicePort { Name = "main", Port = port, TargetPort = "main", Protocol = "TCP" }] },
            },
            FieldManager);
    }

    private static int KubernetesPort(KubeConfig config) => new Uri(config.Resolve().Cluster.Server).Port;
}
