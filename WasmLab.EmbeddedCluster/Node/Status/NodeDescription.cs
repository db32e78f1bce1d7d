using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using WasmLab.Kubernetes.Objects;
using NodeObject = WasmLab.Kubernetes.Objects.Node;

namespace WasmLab.EmbeddedCluster.Nodes.Status;

/// <summary>Describes this machine as a Node object.</summary>
internal static class NodeDescription
{
    // A pod costs a fraction of what it costs a real node: no namespaces, no pause process.
    private const int LargestPodCount = 1100;

    /// <summary>The version that the node shows as its container runtime's.</summary>
    public static string RuntimeVersion { get; } =
        "wasmlab://" + typeof(NodeDescription).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion.Split('+')[0];

    public static NodeObject Describe(string name, string podRange, string machineId, string kubeletVersion) => new()
    {
        Metadata =
        {
            Name = name,
            Labels =
            {
                ["kubernetes.io/hostname"] = name,
                ["kubernetes.io/os"] = OperatingSystemName,
                ["kubernetes.io/arch"] = Architecture,
                ["beta.kubernetes.io/os"] = OperatingSystemName,
                ["beta.kubernetes.io/arch"] = Architecture,
                ["node-role.kubernetes.io/control-plane"] = "",
            },
        },
        Spec = { PodCIDR = podRange, PodCIDRs = [podRange] },
        Status =
        {
            Capacity = Resources(),
            Allocatable = Resources(),
            Addresses =
            [
                new NodeAddress { Type = "InternalIP", Address = "127.0.0.1" },
                new NodeAddress { Type = "Hostname", Address = name },
            ],
            NodeInfo = new NodeSystemInfo
            {
                MachineID = machineId,
                SystemUUID = machineId,
                BootID = Guid.NewGuid().ToString(),
                KernelVersion = KernelVersion(),
                OsImage = OsImage(),
                ContainerRuntimeVersion = RuntimeVersion,
                KubeletVersion = kubeletVersion,
                OperatingSystem = OperatingSystemName,
                Architecture = Architecture,
            },
        },
    };

    /// <summary>The conditions of a node that works, with the words of the kubelet.</summary>
    public static List<Condition> Conditions(IReadOnlyList<Condition> previous, DateTimeOffset now, bool isStopping = false)
    {
        Condition New(string type, string status, string reason, string message)
        {
            var before = previous.FirstOrDefault(condition => condition.Type == type);
            return new Condition
            {
                Type = type,
                Status = status,
                Reason = reason,
                Message = message,
                LastHeartbeatTime = now,
                LastTransitionTime = before?.Status == status ? before.LastTransitionTime ?? now : now,
            };
        }

        return
        [
            New("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
            New("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
            New("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
            isStopping
                ? New("Ready", "False", "KubeletNotReady", "node is shutting down")
                : New("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
        ];
    }

    private static string OperatingSystemName =>
        OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux";

    private static string Architecture => RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        var other => other.ToString().ToLowerInvariant(),
    };

    private static Dictionary<string, string> Resources() => new()
    {
        ["cpu"] = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
        ["memory"] = string.Create(CultureInfo.InvariantCulture, $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1024}Ki"),
        ["pods"] = LargestPodCount.ToString(CultureInfo.InvariantCulture),
    };

    private static string KernelVersion()
    {
        const string file = "/proc/sys/kernel/osrelease";
        return File.Exists(file) ? File.ReadAllText(file).Trim() : Environment.OSVersion.Version.ToString();
    }

    private static string OsImage()
    {
        const string file = "/etc/os-release";
        const string key = "PRETTY_NAME=";
        var line = File.Exists(file) ? File.ReadLines(file).FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal)) : null;
        return line?[key.Length..].Trim('"') ?? RuntimeInformation.OSDescription;
    }
}
