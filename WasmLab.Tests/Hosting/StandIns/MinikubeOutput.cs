using System.Text.Json.Nodes;

namespace WasmLab.Tests.Hosting.StandIns;

/// <summary>What minikube writes with <c>-o json</c>, as https://minikube.sigs.k8s.io/docs/contrib/json_output/ documents it.</summary>
internal static class MinikubeOutput
{
    private const string TotalSteps = "19";

    public static string Step(int current, string name, string message) => Event("step", new JsonObject
    {
        ["currentstep"] = $"{current}", ["message"] = message, ["name"] = name, ["totalsteps"] = TotalSteps,
    });

    public static string Progress(string artifact, string progress) => Event("download.progress", new JsonObject
    {
        ["artifact"] = artifact, ["currentstep"] = "4", ["progress"] = progress, ["totalsteps"] = TotalSteps,
    });

    public static string Info(string message) => Event("info", new JsonObject { ["message"] = message });

    public static string Warning(string message) => Event("warning", new JsonObject { ["message"] = message });

    public static string Error(string reason, int exitCode, string message, string advice = "", string issues = "") => Event("error", new JsonObject
    {
        ["advice"] = advice, ["exitcode"] = $"{exitCode}", ["issues"] = issues, ["message"] = message, ["name"] = reason, ["url"] = "",
    });

    public static string Started(string profile) => string.Join('\n',
        Step(0, "Initial Minikube Setup", $"😄  [{profile}] minikube v1.39.0 on Debian 12.0 (amd64)"),
        Step(1, "Selecting Driver", "✨  Using the docker driver based on user configuration"),
        Info("📌  Using Docker driver with root privileges"),
        Step(3, "Starting Node", $"👍  Starting \"{profile}\" primary control-plane node in \"{profile}\" cluster"),
        Step(5, "Pulling Base Image", "🚜  Pulling base image v0.0.50 ..."),
        Progress("preloaded-images-k8s-v18-v1.35.0-containerd-overlay2-amd64.tar.lz4", "0.5"),
        Step(8, "Creating Container", "🔥  Creating docker container (CPUs=2, Memory=3072MB) ..."),
        Step(11, "Preparing Kubernetes", "📦  Preparing Kubernetes v1.35.0 on containerd 1.7.28 ..."),
        Step(15, "Verifying Kubernetes", "🔎  Verifying Kubernetes components..."),
        Step(17, "Enabling Addons", "🌟  Enabled addons: storage-provisioner, default-storageclass"),
        Step(19, "Done", $"🏄  Done! kubectl is now configured to use \"{profile}\" cluster and \"default\" namespace by default"));

    public static string Status(string profile, bool runs) => new JsonObject
    {
        ["Name"] = profile,
        ["Host"] = runs ? "Running" : "Stopped",
        ["Kubelet"] = runs ? "Running" : "Stopped",
        ["APIServer"] = runs ? "Running" : "Stopped",
        ["Kubeconfig"] = runs ? "Configured" : "Stopped",
        ["Worker"] = false,
    }.ToJsonString();

    public static string Profiles(params JsonObject[] valid) => new JsonObject
    {
        ["invalid"] = new JsonArray(), ["valid"] = new JsonArray([.. valid]),
    }.ToJsonString();

    public static JsonObject Profile(string name, string driver, string containerRuntime) => new()
    {
        ["Name"] = name,
        ["Status"] = "OK",
        ["Config"] = new JsonObject
        {
            ["Name"] = name,
            ["Driver"] = driver,
            ["KubernetesConfig"] = new JsonObject { ["KubernetesVersion"] = "v1.35.0", ["ClusterName"] = name, ["ContainerRuntime"] = containerRuntime },
        },
    };

    private static string Event(string kind, JsonObject data) => new JsonObject
    {
        ["specversion"] = "1.0",
        ["id"] = Guid.NewGuid().ToString(),
        ["source"] = "https://minikube.sigs.k8s.io/",
        ["type"] = "io.k8s.sigs.minikube." + kind,
        ["datacontenttype"] = "application/json",
        ["data"] = data,
    }.ToJsonString();
}
