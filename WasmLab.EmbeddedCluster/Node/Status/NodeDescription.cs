using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using WasmLab.EmbeddedCluster.Nodes.Runtime;
using WasmLab.Kubernetes.Objects;
using NodeObject = WasmLab.Kubernetes.Objects.Node;

namespace WasmLab.EmbeddedCluster.Nodes.Status;

/// <summary>Describes this machine as a Node object.</summary>
internal static class NodeDescription
{
    public static NodeObject Describe(string name, IPAddress address, IContainerRuntime runtime, string machineId, string kubeletVersion) => new()
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
        Spec = { PodCIDR = runtime.PodRange, PodCIDRs = runtime.PodRange is { } range ? [range] : [] },
        Status =
        {
            Capacity = Resources(runtime),
            Allocatable = Resources(runtime),
            Addresses =
            [
                new NodeAddress { Type = "InternalIP", Address = address.ToString() },
                new NodeAddress { Type = "Hostname", Address = name },
            ],
            NodeInfo = new NodeSystemInfo
            {
                MachineID = machineId,
                SystemUUID = machineId,
                BootID = Guid.NewGuid().ToString(),
                KernelVersion = KernelVersion(),
                OsImage = OsImage(),
                ContainerRuntimeVersion = $"{runtime.Name}://{runtime.Version}",
                KubeletVersion = kubeletVersion,
                OperatingSystem = OperatingSystemName,
                Architecture = Architecture,
            },
        },
    };

    /// <summary>The conditions of a node, with the words of the kubelet.</summary>
    /// <param name="previous">The conditions before.</param>
    /// <param name="now">The time.</param>
    /// <param name="problem">Why it is not ready; null when it is.</param>
    public static List<Condition> Conditions(IReadOnlyList<Condition> previous, DateTimeOffset now, string? problem = null)
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
            problem is not null
                ? New("Ready", "False", "KubeletNotReady", problem)
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

    private static Dictionary<string, string> Resources(IContainerRuntime runtime) => new()
    {
        ["cpu"] = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
        ["memory"] = string.Create(CultureInfo.InvariantCulture, $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1024}Ki"),
        ["pods"] = runtime.MaxPods.ToString(CultureInfo.InvariantCulture),
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
