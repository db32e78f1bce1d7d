using Aspire.Hosting;
using WasmLab.Hosting.WasmShims.Containerd;
using WasmLab.Tests.Hosting.WasmShims;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Hosting.Nodes;

/// <summary>The shim step through a privileged pod on each node.</summary>
[Trait(Category.Name, Category.EndToEnd)]
public sealed class PodNodesTests : IAsyncLifetime
{
    private readonly StandInNode _a = new("1.7.27", ContainerdConfigs.Minikube);
    private readonly TemporaryDirectory _files = new();
    private NodePodServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the stand-ins are programs of Linux");
        // The shim is larger than one message of the exec protocol.
        await File.WriteAllTextAsync(_files["shim"], "#!/bin/sh\n#" + new string('x', 200_000) + "\n");
        _server = await NodePodServer.StartAsync(new Dictionary<string, StandInNode> { ["a"] = _a });
    }

    [Fact]
    public async Task Install_ThroughPods_ChangesTheNodeAndTakesThePodsAway()
    {
        await using var step = Step();

        await step.InstallAsync();

        ContainerdConfig.Parse(_a.Config).Runtimes.Keys.ShouldContain("wasmedgev1");
        (await File.ReadAllTextAsync(_a.ProgramPath)).ShouldBe(await File.ReadAllTextAsync(_files["shim"]));
        _server.Changes.ShouldBe([
            "PATCH /api/v1/namespaces/wasmlab-system",
            "PATCH /apis/apps/v1/namespaces/wasmlab-system/daemonsets/node-shell",
            "DELETE /apis/apps/v1/namespaces/wasmlab-system/daemonsets/node-shell"]);
        var log = step.Log;
        log.ShouldContain("1 of 1 nodes take commands.");
        log.ShouldContain("$ kubectl -n wasmlab-system exec pod-a -- nsenter -t 1 -m -u -i -n -p -- systemctl restart containerd");

        await step.RemoveAsync();

        _a.Config.ShouldBe(ContainerdConfigs.Minikube);
        _a.Files.ShouldBe(["config.toml"]);
    }

    [Fact]
    public async Task Install_DryRun_ShowsThePodsAndSendsNothing()
    {
        await using var step = Step(("WasmLab:DryRun", "true"), ("WasmLab:Shim:NodeImage", "registry.example/tools:1"));

        await step.InstallAsync();

        _server.Changes.ShouldBeEmpty();
        step.Log.ShouldContain("registry.example/tools:1");
    }

    [Fact]
    public async Task Install_StepFails_TakesThePodsAwayAllTheSame()
    {
        _a["version"] = "1.4.1";
        await using var step = Step();

        (await Should.ThrowAsync<DistributedApplicationException>(step.InstallAsync())).Message.ShouldStartWith("Node a: its containerd is 1.4.1");

        _server.DaemonSet.ShouldBeNull();
    }

    [Fact]
    public async Task Install_ImageCannotBePulled_NamesNodeReasonAndSetting()
    {
        _server.PullError = "Back-off pulling image \"docker.io/library/busybox:1.37\"";
        await using var step = Step();
        step.NodesDeadline = TimeSpan.FromMilliseconds(300);

        var failure = await Should.ThrowAsync<DistributedApplicationException>(step.InstallAsync());

        failure.Message.ShouldContain("node a: ImagePullBackOff: Back-off pulling image");
        failure.Message.ShouldContain("WasmLab:Shim:NodeImage");
        _server.DaemonSet.ShouldBeNull();
    }

    [Fact]
    public async Task Install_KubeletThatUsesDocker_SaysSo()
    {
        _server.Runtime = "docker://27.1.1";
        await using var step = Step();

        (await Should.ThrowAsync<DistributedApplicationException>(step.InstallAsync())).Message.ShouldContain("its kubelet uses docker://27.1.1");

        _a.Config.ShouldBe(ContainerdConfigs.Minikube);
    }

    [Fact]
    public async Task Open_TwoSessions_ShareThePods()
    {
        await using var step = Step();

        await using var session = await step.OpenNodesAsync();

        var pod = _server.DaemonSet!["spec"]!["template"]!["spec"]!;
        ((bool?)pod["hostPID"]).ShouldBe(true);
        ((bool?)pod["containers"]![0]!["securityContext"]!["privileged"]).ShouldBe(true);
        ((string?)pod["containers"]![0]!["image"]).ShouldBe("docker.io/library/busybox:1.37");
        ((string?)pod["tolerations"]![0]!["operator"]).ShouldBe("Exists");
        await using (await step.OpenNodesAsync())
        {
        }

        _server.DaemonSet.ShouldNotBeNull("another session is open");
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _a.Dispose();
        _files.Dispose();
    }

    private ShimStep Step(params (string Key, string Value)[] more)
    {
        var settings = new Dictionary<string, string?>(_a.Settings)
        {
            ["WasmLab:Nodes:Shell"] = null,
            ["WasmLab:Shim:Source"] = "file",
            ["WasmLab:Shim:File"] = _files["shim"],
        };
        foreach (var (key, value) in more)
        {
            settings[key] = value;
        }

        var step = new ShimStep(settings);
        step.Connect(_server.Config(_files["kubeconfig"]));
        return step;
    }
}
