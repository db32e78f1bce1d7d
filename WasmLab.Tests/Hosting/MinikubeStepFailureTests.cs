using WasmLab.Tests.Hosting.StandIns;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Hosting;

/// <summary>What a user reads when the cluster runs, but a step on it fails.</summary>
[Trait(Category.Name, Category.EndToEnd)]
public sealed class MinikubeStepFailureTests : IAsyncDisposable
{
    private readonly StandInMachine _machine = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _machine.DisposeAsync();

    [Fact]
    public async Task Docker_PullsAnImageThatIsDenied_SaysSo()
    {
        _machine.Docker.BuildFailure = ToolAnswer.Failed(
            1, "ERROR: failed to solve: wasmedge/slim-runtime:0.13.5: pull access denied, repository does not exist or may require authorization");

        var output = await FailAsync();

        output.ShouldMatch("embed: docker build failed .*pull access denied.*Cause: the registry wants a login");
    }

    [Fact]
    public async Task Registry_DeniesThePush_SaysSo()
    {
        _machine.Docker.PushFailure = ToolAnswer.Failed(1, "denied: requested access to the resource is denied");

        var output = await FailAsync("--WasmLab:Images:Registry=registry.example");

        output.ShouldContain("docker push failed (exit code 1): denied: requested access to the resource is denied");
        output.ShouldContain("docker login registry.example");
    }

    [Fact]
    public async Task ImageLoad_SaysNothingButLoadsNothing_IsNoticed()
    {
        _machine.Minikube.LoadFailure = ToolAnswer.Silent;

        var output = await FailAsync();

        output.ShouldContain("minikube says that it loaded wasmlab/httpbin:");
        output.ShouldContain("but the node has no image of that name");
    }

    [Fact]
    public async Task ImageLoad_NodeIsFull_SaysHowToFreeIt()
    {
        _machine.Minikube.LoadFailure = ToolAnswer.Failed(
            80, "❌  Exiting due to GUEST_IMAGE_LOAD: Failed to load image: copying: write /var/lib/minikube/images/x.tar: no space left on device");

        var output = await FailAsync();

        output.ShouldContain("minikube could not load wasmlab/httpbin:");
        output.ShouldContain("Cause: a disk is full");
    }

    [Fact]
    public async Task Helm_Refuses_SaysWhy()
    {
        _machine.Helm.UpgradeFailure = ToolAnswer.Failed(1, "Error: chart \"vcluster\" matching 0.36.0 not found in vcluster index. (try 'helm repo update')");

        var output = await FailAsync();

        output.ShouldMatch("Virtual cluster '[a-z]+' could not be installed: Error: chart \"vcluster\" matching 0.36.0 not found");
    }

    [Fact]
    public async Task Node_IsArm64_AndTheShimIsNot_NamesBoth()
    {
        _machine.Minikube.Node.Architecture = "aarch64";

        var output = await FailAsync();

        output.ShouldContain("wasm-shim: ");
        output.ShouldContain("aarch64");
        _machine.Tools.CallsOf("minikube", "-p wasm cp").ShouldBeEmpty();
    }

    [Fact]
    public async Task Node_HasAnotherHandlerOfTheName_ItIsLeftAlone()
    {
        var path = _machine.Minikube.Node.ConfigPath;
        var config = await File.ReadAllTextAsync(path, Token) +
            """
                    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.wasmedgev1]
                      runtime_type = "io.containerd.somebody.v1"

            """;
        await File.WriteAllTextAsync(path, config, Token);

        var output = await FailAsync();

        output.ShouldContain("wasm-shim: ");
        output.ShouldContain("io.containerd.somebody.v1");
        (await File.ReadAllTextAsync(path, Token)).ShouldBe(config);
    }

    [Theory]
    [InlineData("v2.0.5", 3)]
    [InlineData("v2.3.0", 4)]
    public async Task Node_HasANewerContainerd_ItsHandlerGoesIntoTheSectionThatItReads(string version, int configVersion)
    {
        var node = _machine.Minikube.Node;
        node.ContainerdVersion = version;
        await File.WriteAllTextAsync(
            node.ConfigPath,
            StandInNode.MinikubeConfig.Replace("version = 2", $"version = {configVersion}", StringComparison.Ordinal)
                .Replace("io.containerd.grpc.v1.cri", "io.containerd.cri.v1.runtime", StringComparison.Ordinal),
            Token);
        await using var lab = Start();

        (await lab.WaitForExitAsync(Token)).ShouldBe(0, lab.Output);

        var config = await File.ReadAllTextAsync(node.ConfigPath, Token);
        config.ShouldContain("""io.containerd.cri.v1.runtime".containerd.runtimes.wasmedgev1""");
        config.ShouldContain("io.containerd.wasmedge.v1");
    }

    private LabProcess Start(params string[] arguments) =>
        LabProcess.Start(_machine.Environment, ["--cluster", "minikube", "--WasmLab:ExitWhenReady=true", .. _machine.Minikube.Node.Settings, .. arguments]);

    private async Task<string> FailAsync(params string[] arguments)
    {
        await using var lab = Start(arguments);
        (await lab.WaitForExitAsync(Token)).ShouldBe(1, lab.Output);
        return lab.Output;
    }
}
