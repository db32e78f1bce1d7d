using Microsoft.Extensions.Configuration;
using WasmLab.Hosting.Clusters;
using WasmLab.Hosting.Flavors;
using WasmLab.Hosting.Ingresses;
using WasmLab.Hosting.Nodes;
using WasmLab.Hosting.VirtualClusters;
using WasmLab.Hosting.WasmShims;

namespace WasmLab.Hosting.Lab;

/// <summary>The lab's settings, read once from the configuration section <c>WasmLab</c>.</summary>
internal sealed record LabOptions
{
    public const int DefaultIngressPort = 8080;
    public const int DefaultApiPort = 16443;
    public static readonly TimeSpan DefaultReadyTimeout = TimeSpan.FromMinutes(2);

    /// <summary>Minikube starts a machine, and pulls images.</summary>
    public static readonly TimeSpan DefaultReadyTimeoutOfRealClusters = TimeSpan.FromMinutes(20);

    /// <summary>Which cluster carries the lab.</summary>
    public ClusterKind Cluster { get; init; }

    /// <summary>The context of the user's kubeconfig; set if and only if <see cref="Cluster"/> is <see cref="ClusterKind.Context"/>.</summary>
    public string? Context { get; init; }

    /// <summary>Absolute path of the folder that holds kubeconfig, images, downloads and the node's files.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>The port the ingress is reached at on loopback; 0 takes a free one.</summary>
    public int IngressPort { get; init; } = DefaultIngressPort;

    /// <summary>The port the embedded API server, or that of the embedded virtual clusters, listens on at loopback; 0 takes a free one.</summary>
    public int ApiPort { get; init; } = DefaultApiPort;

    /// <summary>Start, wait until all is healthy, print the timings, exit.</summary>
    public bool ExitWhenReady { get; init; }

    /// <summary>How long <see cref="ExitWhenReady"/> waits before it gives up with exit code 1.</summary>
    public TimeSpan ReadyTimeout { get; init; } = DefaultReadyTimeout;

    /// <summary>Look at everything, print each command that would change something, change nothing, exit.</summary>
    public bool DryRun { get; init; }

    /// <summary>Examine the chain of a lab that was brought up before, print each link, exit.</summary>
    public bool Doctor { get; init; }

    /// <summary>Take all of the lab from the cluster of a context, exit.</summary>
    public bool Remove { get; init; }

    /// <summary>The lab is not brought up.</summary>
    public bool IsPassive => DryRun || Doctor || Remove;

    /// <summary>Which controller serves the ingresses.</summary>
    public IngressKind Ingress { get; init; }

    /// <summary>Reach the addon's controller through <c>minikube tunnel</c>, which needs root, instead of a port-forward.</summary>
    public bool IngressTunnel { get; init; }

    /// <summary>How the lab's own ingress reaches the pods of a real cluster.</summary>
    public IngressReach IngressReach { get; init; }

    /// <summary>Who runs the virtual clusters.</summary>
    public VirtualClusterKind VirtualClusters { get; init; }

    /// <summary>Version of the vcluster chart.</summary>
    public string VirtualClusterChartVersion { get; init; } = "0.36.0";

    /// <summary>Absolute path of the chart's values.</summary>
    public string VirtualClusterValues { get; init; } = "";

    public MinikubeOptions Minikube { get; init; } = new();

    public NodeOptions Nodes { get; init; } = new();

    public ShimOptions Shim { get; init; } = new();

    public ImageOptions Images { get; init; } = new();

    /// <summary>The cluster in a few words.</summary>
    public string Describe() => Cluster switch
    {
        ClusterKind.Minikube => $"cluster minikube, profile {Minikube.Profile}",
        ClusterKind.Context => $"cluster context, {Context}",
        _ => "embedded cluster",
    };

    public string KubeConfigPath => Path.Combine(StateDirectory, "kubeconfig");

    public string ImagesDirectory => Path.Combine(StateDirectory, "images");

    public string NodeDirectory => Path.Combine(StateDirectory, "node");

    /// <summary>What was downloaded once, to be used again.</summary>
    public string CacheDirectory => Path.Combine(StateDirectory, "cache");

    /// <summary>Reads the settings; every wrong one is named in one <see cref="DistributedApplicationException"/>.</summary>
    public static LabOptions Read(IConfiguration configuration, string appHostDirectory)
    {
        var reader = new SettingsReader(configuration);
        var cluster = reader.Choice("Cluster", ClusterKind.Embedded);
        var context = reader.Text("Context");
        if (cluster == ClusterKind.Context && context is null)
        {
            reader.Wrong("WasmLab:Cluster (--cluster) is 'context', but WasmLab:Context (--context) does not name one: kubectl config get-contexts lists them.");
        }
        else if (cluster != ClusterKind.Context && context is not null)
        {
            reader.Wrong($"WasmLab:Context (--context) is '{context}', but it counts only together with --cluster context.");
        }

        if (reader.Flag("Remove") && cluster != ClusterKind.Context)
        {
            reader.Wrong("WasmLab:Remove (--remove) takes the lab from the cluster of a context (--cluster context --context NAME); another cluster goes with the lab, or with 'minikube delete'.");
        }

        var options = new LabOptions
        {
            Cluster = cluster,
            Context = context,
            StateDirectory = Path.GetFullPath(reader.Text("StateDirectory") ?? ".wasmlab", appHostDirectory),
            IngressPort = reader.Port("Ingress:Port", DefaultIngressPort),
            ApiPort = reader.Port("Api:Port", DefaultApiPort),
            ExitWhenReady = reader.Flag("ExitWhenReady"),
            ReadyTimeout = reader.Time("ReadyTimeout", cluster == ClusterKind.Embedded ? DefaultReadyTimeout : DefaultReadyTimeoutOfRealClusters),
            DryRun = reader.Flag("DryRun"),
            Doctor = reader.Flag("Doctor"),
            Remove = reader.Flag("Remove"),
            Ingress = reader.Choice("Ingress:Kind", cluster == ClusterKind.Minikube ? IngressKind.Nginx : IngressKind.Embedded),
            IngressTunnel = reader.Flag("Ingress:Tunnel"),
            IngressReach = reader.Choice("Ingress:Reach", IngressReach.Auto),
            VirtualClusters = reader.Choice(
                "VirtualClusters:Kind", cluster == ClusterKind.Minikube ? VirtualClusterKind.VCluster : VirtualClusterKind.Embedded),
            VirtualClusterChartVersion = reader.Text("VirtualClusters:ChartVersion") ?? new LabOptions { StateDirectory = "" }.VirtualClusterChartVersion,
            VirtualClusterValues = Path.GetFullPath(reader.Text("VirtualClusters:Values") ?? "../assets/vcluster.yaml", appHostDirectory),
            Minikube = MinikubeOptions.Read(reader),
            Nodes = NodeOptions.Read(reader),
            Shim = ShimOptions.Read(reader, appHostDirectory),
            Images = ImageOptions.Read(reader, appHostDirectory),
        };

        if (cluster == ClusterKind.Embedded && options.Images.Registry is { } registry)
        {
            reader.Wrong($"WasmLab:Images:Registry is '{registry}', but the embedded node pulls from none: it counts only together with --cluster minikube or context.");
        }

        return reader.Problems.Count == 0
            ? options
            : throw new DistributedApplicationException("The lab's settings are wrong: " + string.Join(" ", reader.Problems));
    }
}
