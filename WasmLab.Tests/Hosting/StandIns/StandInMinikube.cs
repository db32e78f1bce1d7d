using System.Text.Json.Nodes;
using WasmLab.Kubernetes;
using WasmLab.Oci;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Hosting.StandIns;

/// <summary>
/// minikube, in its documented output. Its cluster is a real <c>wasmlab-cluster</c> process, whose node gets a handler when the stand-in node's
/// containerd is restarted with one in its configuration.
/// </summary>
internal sealed class StandInMinikube : IAsyncDisposable
{
    private const string IngressNamespace = "ingress-nginx";
    private const string IngressService = "ingress-nginx-controller";

    private JsonObject? _profile;
    private bool _ingress;

    public StandInMinikube()
    {
        Node.ContainerdRestarted += config =>
        {
            if (config.Contains("runtimes.wasmedgev1", StringComparison.Ordinal) && File.Exists(Path.Combine(Node.BinDirectory, "containerd-shim-wasmedge-v1")))
            {
                Process?.InstallShim();
            }
            else if (Process is not null)
            {
                File.Delete(Path.Combine(Process.RuntimesDirectory, "wasmedgev1.json"));
            }
        };
    }

    public StandInNode Node { get; } = new();

    /// <summary>The cluster's process, once it has been started.</summary>
    public ClusterProcess? Process { get; private set; }

    /// <summary>The cluster as its node sees it.</summary>
    public StandInCluster? Cluster => Process is { } process ? new StandInCluster(process) : null;

    public string Version { get; set; } = "v1.39.0";

    /// <summary>The profile's machine runs.</summary>
    public bool Runs { get; set; }

    /// <summary>What <c>minikube start</c> answers instead of starting.</summary>
    public ToolAnswer? StartFailure { get; set; }

    /// <summary>What <c>minikube image load</c> answers instead of loading.</summary>
    public ToolAnswer? LoadFailure { get; set; }

    /// <summary><c>minikube start</c> never ends.</summary>
    public bool Hangs { get; set; }

    /// <summary>A profile that was made by someone else.</summary>
    public void HasProfile(string name, string driver, string containerRuntime) => _profile = MinikubeOutput.Profile(name, driver, containerRuntime);

    public async Task<ToolAnswer> AnswerAsync(ToolCall call)
    {
        var profile = call.Option("-p") ?? "minikube";
        var words = call.Begins("-p") ? call with { Arguments = [.. call.Arguments.Skip(2)] } : call;
        return string.Join(' ', words.Arguments.Take(2)) switch
        {
            "version -o" => ToolAnswer.Of($$"""{"commit":"65318f4cfff9c12cc87ec9eb8f4cdd57b25047f3","minikubeVersion":"{{Version}}"}"""),
            "profile list" => ToolAnswer.Of(_profile is null ? MinikubeOutput.Profiles() : MinikubeOutput.Profiles(_profile.DeepClone().AsObject())),
            "status -o" => Status(profile),
            "addons list" => ToolAnswer.Of(new JsonObject { ["ingress"] = new JsonObject { ["Profile"] = profile, ["Status"] = _ingress ? "enabled" : "disabled" } }.ToJsonString()),
            "addons enable" => await EnableIngressAsync(),
            "image ls" => ListImages(),
            "image load" => LoadFailure ?? await LoadImageAsync(words.Arguments[2]),
            "image rm" => await RemoveImageAsync(words.Arguments[2]),
            "ssh -n" => await SshAsync(words),
            var two when two.StartsWith("start", StringComparison.Ordinal) => await StartAsync(profile, call.KubeConfig),
            var two when two.StartsWith("cp ", StringComparison.Ordinal) => Copy(words.Arguments[1], words.Arguments[2]),
            "node stop" => ToolAnswer.Of($"🛑  Successfully stopped node {words.Arguments[2]}"),
            "node start" => ToolAnswer.Of($"🏄  Successfully started node {words.Arguments[2]}!"),
            "update-context" => WriteKubeConfig(profile, call.KubeConfig),
            "stop" => Stop(profile),
            "delete" => await DeleteAsync(profile),
            _ => ToolAnswer.Failed(14, $"unknown command \"{words.Arguments[0]}\" for \"minikube\""),
        };
    }

    public async ValueTask DisposeAsync()
    {
        await DeleteAsync("");
        await Node.DisposeAsync();
    }

    private ToolAnswer Status(string profile) =>
        _profile is null
            ? ToolAnswer.Failed(85, $"🤷  Profile \"{profile}\" not found. Run \"minikube profile list\" to view all profiles.")
            : new ToolAnswer(MinikubeOutput.Status(profile, Runs) + "\n", ExitCode: Runs ? 0 : 7);

    private async Task<ToolAnswer> StartAsync(string profile, string kubeConfig)
    {
        if (Hangs)
        {
            await Task.Delay(Timeout.Infinite);
        }

        if (StartFailure is { } failure)
        {
            return failure;
        }

        Process ??= await ClusterProcess.StartAsync("api,node,controllers,ingress,vclusters", "--node-name", profile);
        (_profile, Runs) = (MinikubeOutput.Profile(profile, "docker", "containerd"), true);
        WriteKubeConfig(profile, kubeConfig);
        return ToolAnswer.Of(MinikubeOutput.Started(profile));
    }

    private ToolAnswer WriteKubeConfig(string profile, string path)
    {
        var config = File.Exists(path) ? KubeConfig.Load(path) : new KubeConfig();
        var (cluster, user, _) = KubeConfig.Load(Process!.KubeConfigPath).Resolve();
        config.Merge(new KubeConfig
        {
            Clusters = { new() { Name = profile, Cluster = cluster } },
            Users = { new() { Name = profile, User = user } },
            Contexts = { new() { Name = profile, Context = new() { Cluster = profile, User = profile } } },
        });
        config.CurrentContext = profile;
        config.Save(path);
        return ToolAnswer.Of($"🎉  \"{profile}\" context has been updated to point to {new Uri(cluster.Server).Authority}");
    }

    private ToolAnswer Stop(string profile)
    {
        Runs = false;
        return ToolAnswer.Of($"✋  Stopping node \"{profile}\"  ...\n🛑  1 node stopped.");
    }

    private async Task<ToolAnswer> DeleteAsync(string profile)
    {
        if (Process is not null)
        {
            await Process.DisposeAsync();
        }

        (Process, _profile, Runs, _ingress) = (null, null, false, false);
        return ToolAnswer.Of($"🔥  Deleting \"{profile}\" in docker ...\n💀  Removed all traces of the \"{profile}\" cluster.");
    }

    private async Task<ToolAnswer> EnableIngressAsync()
    {
        await Cluster!.AddServiceAsync(IngressNamespace, IngressService, 80, Process!.IngressAddress.Port);
        _ingress = true;
        return ToolAnswer.Of("🔎  Verifying ingress addon...\n🌟  The 'ingress' addon is enabled");
    }

    private async Task<ToolAnswer> SshAsync(ToolCall call)
    {
        // As minikube does: the words are joined with spaces for the node's shell, and it ends with 1 whatever the command ended with.
        var line = string.Join(' ', call.Arguments.SkipWhile(word => word != "--").Skip(1));
        var answer = await Node.RunLineAsync(line);
        return answer.ExitCode == 0 ? answer : answer with { ExitCode = 1, Error = $"{answer.Error}ssh: exit status {answer.ExitCode}\n" };
    }

    private static ToolAnswer Copy(string source, string target)
    {
        File.Copy(source, target[(target.IndexOf(':', StringComparison.Ordinal) + 1)..], overwrite: true);
        return ToolAnswer.Silent;
    }

    private ToolAnswer ListImages()
    {
        var images = Process!.Images;
        return ToolAnswer.Of(new JsonArray([.. images.List().Select(reference => new JsonObject
        {
            ["id"] = images.Find(reference)!.Id["sha256:".Length..],
            ["repoDigests"] = new JsonArray(),
            ["repoTags"] = new JsonArray(reference.ToString()),
            ["size"] = $"{images.Find(reference)!.Size}",
        })]).ToJsonString());
    }

    private async Task<ToolAnswer> LoadImageAsync(string archive)
    {
        await using var content = File.OpenRead(archive);
        await Process!.Images.ImportAsync(content);
        return ToolAnswer.Silent;
    }

    private async Task<ToolAnswer> RemoveImageAsync(string reference)
    {
        await Process!.Images.RemoveAsync(ImageReference.Parse(reference));
        return ToolAnswer.Silent;
    }
}
