using WasmLab.Hosting.Diagnosis;

namespace WasmLab.Hosting.Clusters;

/// <summary>What minikube's reasons mean for the lab. Their ids: https://minikube.sigs.k8s.io/docs/contrib/errorcodes/.</summary>
internal static class MinikubeFailures
{
    private static readonly Explanation s_noDiskSpace = new(
        "Docker has no room left for the node",
        "docker system prune, or give Docker Desktop a larger disk; then run this step again");

    private static readonly Explanation s_noMemory = new(
        "there is less memory than the node needs",
        "set WasmLab:Minikube:Memory to what is there (2g is the least), or give Docker Desktop more; then run this step again");

    private static readonly Explanation s_noCores = new(
        "there are fewer cores than the node needs",
        "set WasmLab:Minikube:Cpus to what is there (2 is the least), or give Docker Desktop more; then run this step again");

    private static readonly Explanation s_noInternet = new(
        "something that minikube downloads cannot be had from here",
        "check the way to the internet and HTTPS_PROXY/NO_PROXY (https://minikube.sigs.k8s.io/docs/handbook/vpn_and_proxy/); then run this step again");

    private static readonly Dictionary<string, Explanation> s_reasons = new(StringComparer.Ordinal)
    {
        ["PROVIDER_DOCKER_NOT_RUNNING"] = new("the Docker daemon does not run", "start Docker Desktop, or: sudo systemctl start docker; then run this step again"),
        ["PROVIDER_DOCKER_NOT_FOUND"] = new("docker is not on the PATH", "install it: https://docs.docker.com/engine/install/; then run this step again"),
        ["PROVIDER_DOCKER_NEWGRP"] = new("this user may not speak to the Docker daemon", "sudo usermod -aG docker $USER, and log in again"),
        ["DRV_AS_ROOT"] = new("minikube does not make a Docker node for root", "start the lab as an ordinary user who is in the group docker"),
        ["RSRC_DOCKER_STORAGE"] = s_noDiskSpace,
        ["RSRC_INSUFFICIENT_STORAGE"] = s_noDiskSpace,
        ["RSRC_DOCKER_MEMORY"] = s_noMemory,
        ["RSRC_INSUFFICIENT_SYS_MEMORY"] = s_noMemory,
        ["RSRC_INSUFFICIENT_CONTAINER_MEMORY"] = s_noMemory,
        ["RSRC_INSUFFICIENT_REQ_MEMORY"] = s_noMemory,
        ["RSRC_DOCKER_CORES"] = s_noCores,
        ["RSRC_INSUFFICIENT_CORES"] = s_noCores,
        ["INET_CACHE_BINARIES"] = s_noInternet,
        ["INET_CACHE_KUBECTL"] = s_noInternet,
        ["INET_CACHE_TAR"] = s_noInternet,
        ["INET_GET_VERSIONS"] = s_noInternet,
        ["INET_REPO"] = s_noInternet,
        ["GUEST_DRIVER_MISMATCH"] = new("the profile was made with another driver", "set WasmLab:Minikube:Driver to that one, or WasmLab:Minikube:Profile to another name"),
        ["GUEST_PROVISION"] = new("the node's machine could not be made", "the command 'Delete' of the cluster removes what is left of it; then run this step again"),
        ["GUEST_START"] = new("the node did not come up", "minikube logs shows why; the command 'Delete' of the cluster removes it; then run this step again"),
        ["K8S_OLD_UNSUPPORTED"] = new("minikube does not have that version of Kubernetes any more", "set WasmLab:Minikube:KubernetesVersion to a later one, or leave it out"),
    };

    /// <summary>Cause and remedy of the error that ended minikube.</summary>
    public static Explanation Explain(MinikubeEvent error)
    {
        if (error.Reason is { } reason && s_reasons.TryGetValue(reason, out var known))
        {
            return known;
        }

        var advice = string.Join(' ', error.Field("advice").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        var link = error.Field("url") is { Length: > 0 } url ? url : error.Field("issues").Split(',')[0];
        return KnownFailures.Explain(error.Message)
            ?? new Explanation(
                "minikube says so",
                string.Join(' ', new[] { advice, link, "Then run this step again" }.Where(part => part.Length > 0)));
    }
}
