using WasmLab.Tests.Hosting.StandIns;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Hosting;

/// <summary>What a user reads when the tools say no: each ends in one message with cause and remedy, and exit code 1.</summary>
[Trait(Category.Name, Category.EndToEnd)]
public sealed class MinikubeFailureTests : IAsyncDisposable
{
    private readonly StandInMachine _machine = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _machine.DisposeAsync();

    [Fact]
    public async Task EveryTool_IsMissing_EachHasALineWithItsLinkAndTheVersionNeeded()
    {
        foreach (var tool in (string[])["docker", "minikube", "helm"])
        {
            _machine.Tools.Remove(tool);
        }

        var output = await FailAsync();

        output.ShouldMatch("docker: not on the PATH; version 25.0 or later is needed. Install it: https://docs.docker.com/");
        output.ShouldMatch("minikube: not on the PATH; version 1.32 or later is needed. Install it: https://minikube.sigs.k8s.io/");
        output.ShouldMatch("helm: not on the PATH; version 3.10 or later is needed. Install it: https://helm.sh/");
        _machine.Tools.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task Docker_DaemonDoesNotRun_SaysHowToStartIt()
    {
        _machine.Docker.Version = StandInDocker.DaemonDown;

        var output = await FailAsync();

        output.ShouldContain("Is the docker daemon running?");
        output.ShouldContain("sudo systemctl start docker");
        _machine.Changes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Minikube_IsTooOld_SaysWhichVersionIsFoundAndNeeded()
    {
        _machine.Minikube.Version = "v1.25.2";

        var output = await FailAsync();

        output.ShouldContain("minikube: version 1.25.2; version 1.32 or later is needed. Upgrade it: https://minikube.sigs.k8s.io/docs/start/");
        _machine.Changes.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("RSRC_DOCKER_STORAGE", 26, "Docker is out of disk space! (/var is at 100% of capacity).", "docker system prune")]
    [InlineData("K8S_NEW_REASON", 106, "Something that nobody knows yet", "Try something else.")]
    public async Task Start_EndsWithAReason_IsShownWithCauseAndRemedy(string reason, int exitCode, string message, string remedy)
    {
        _machine.Minikube.StartFailure = ToolAnswer.Failed(
            exitCode, "", MinikubeOutput.Step(1, "Selecting Driver", "✨  Using the docker driver") + "\n"
                + MinikubeOutput.Error(reason, exitCode, message, "Try something else.", "https://github.com/kubernetes/minikube/issues/9024") + "\n");

        var output = await FailAsync();

        output.ShouldContain($"minikube could not start the cluster: {message} ({reason}, exit code {exitCode}). Cause: ");
        output.ShouldContain(remedy);
    }

    [Fact]
    public async Task Start_NeverEnds_IsGivenUpAfterItsTimeout()
    {
        _machine.Minikube.Hangs = true;

        var output = await FailAsync("--WasmLab:Minikube:StartTimeout=00:00:01");

        output.ShouldContain("minikube could not start the cluster within WasmLab:Minikube:StartTimeout (00:00:01)");
        output.ShouldContain("run this step again");
    }

    [Fact]
    public async Task Profile_WasMadeWithAnotherContainerRuntime_IsLeftAlone()
    {
        _machine.Minikube.HasProfile("wasm", "docker", "docker");

        var output = await FailAsync();

        output.ShouldContain("The minikube profile 'wasm' is there already, with 'docker' where the lab needs 'containerd'");
        output.ShouldContain("WasmLab:Minikube:Profile");
        _machine.Changes.ShouldBeEmpty();
    }

    private async Task<string> FailAsync(params string[] arguments)
    {
        await using var lab = LabProcess.Start(_machine.Environment, ["--cluster", "minikube", "--WasmLab:ExitWhenReady=true", .. arguments]);
        (await lab.WaitForExitAsync(Token)).ShouldBe(1, lab.Output);
        return lab.Output;
    }
}
