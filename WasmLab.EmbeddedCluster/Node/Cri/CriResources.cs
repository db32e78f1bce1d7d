using WasmLab.EmbeddedCluster.Api.Validation;
using WasmLab.EmbeddedCluster.Nodes.Cri.V1;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Nodes.Cri;

/// <summary>What a container's requests and limits are for the runtime, by the kubelet's rules.</summary>
internal static class CriResources
{
    private const long Period = 100_000;
    private const long SharesPerCpu = 1024;
    private const long FewestShares = 2;

    public static LinuxContainerResources Of(ResourceRequirements? resources)
    {
        var cpuLimit = Find(resources?.Limits, "cpu");
        var cpuRequest = Find(resources?.Requests, "cpu") ?? cpuLimit;
        return new LinuxContainerResources
        {
            CpuPeriod = cpuLimit is null ? 0 : Period,
            CpuQuota = (long)((cpuLimit ?? 0) * Period),
            CpuShares = Math.Max(FewestShares, (long)((cpuRequest ?? 0) * SharesPerCpu)),
            MemoryLimitInBytes = (long)(Find(resources?.Limits, "memory") ?? 0),
        };
    }

    private static decimal? Find(Dictionary<string, string>? amounts, string resource) =>
        amounts?.GetValueOrDefault(resource) is { } text && Quantity.Parse(text) is { } billionths ? (decimal)billionths / 1_000_000_000 : null;
}
