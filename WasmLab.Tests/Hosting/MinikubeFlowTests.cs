using System.Text.Json.Nodes;
using WasmLab.Tests.Hosting.StandIns;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Hosting;

/// <summary>The whole lab on stand-ins of the tools that it drives.</summary>
[Trait(Category.Name, Category.EndToEnd)]
public sealed class MinikubeFlowTests : IAsyncDisposable
{
    private readonly StandInMachine _machine = new();
    private readonly TemporaryDirectory _state = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _machine.DisposeAsync();
        _state.Dispose();
    }

    [Fact]
    public async Task FirstRun_BringsTheLabUp_TheDoctorIsContent_AndTheSecondRunChangesNothing()
    {
        await using (var lab = Start())
        {
            await lab.WaitForOutputAsync("  runtime ", Token);
            await ShouldAnswerAsync(lab);
            lab.Output.ShouldContain("Contexts    wasm (host), native, embed, runtime");

            await using var doctor = Start("--doctor");
            (await doctor.WaitForExitAsync(Token)).ShouldBe(0, doctor.Output);
            foreach (var link in (string[])["docker", "minikube", "helm", "Profile wasm", "Node wasm", "Ingress controller", "Virtual cluster embed", "Answer of runtime"])
            {
                doctor.Output.ShouldMatch($"(?m)^  ok      {link} ");
            }
        }

        _machine.Changes.ShouldContain(change => change.StartsWith("minikube -p wasm start --driver=docker --container-runtime=containerd", StringComparison.Ordinal));
        _machine.Changes.ShouldContain("minikube -p wasm addons enable ingress");
        var changes = _machine.Changes.Count;

        await using (var lab = Start())
        {
            await lab.WaitForOutputAsync("  runtime ", Token);
            await ShouldAnswerAsync(lab);
        }

        await using (var rehearsal = Start("--dry-run"))
        {
            (await rehearsal.WaitForExitAsync(Token)).ShouldBe(0, rehearsal.Output);
            rehearsal.Output.ShouldContain("Profile wasm runs already");
            rehearsal.Output.ShouldContain("Addon ingress is enabled already: nothing changed");
            rehearsal.Output.ShouldContain("Release runtime is installed already");
        }

        _machine.Changes.Skip(changes).ShouldBeEmpty();

        _machine.Minikube.Runs = false;
        await using var last = Start("--doctor");
        (await last.WaitForExitAsync(Token)).ShouldBe(1, last.Output);
        last.Output.ShouldMatch("(?m)^  BROKEN  Profile wasm +its machine does not run");
        last.Output.ShouldContain("remedy: bring the lab up again");
    }

    [Fact]
    public async Task Registry_IsSet_ImagesArePushedToIt_AndPulledByThatName()
    {
        await using (var lab = Start("--WasmLab:Images:Registry=registry.example:5000/lab"))
        {
            await lab.WaitForOutputAsync("  runtime ", Token);
            await ShouldAnswerAsync(lab);
        }

        _machine.Changes.ShouldContain("docker push registry.example:5000/lab/wasmlab/httpbin:runtime");
        _machine.Tools.CallsOf("minikube", "image load").ShouldBeEmpty();
        var changes = _machine.Changes.Count;

        await using (var lab = Start("--WasmLab:Images:Registry=registry.example:5000/lab"))
        {
            await lab.WaitForOutputAsync("  runtime ", Token);
        }

        _machine.Changes.Skip(changes).ShouldBeEmpty();
    }

    [Fact]
    public async Task DryRun_BeforeTheFirstRun_PrintsEveryCommandAndRunsNoneThatChangesSomething()
    {
        await using var rehearsal = Start("--dry-run");

        (await rehearsal.WaitForExitAsync(Token)).ShouldBe(0, rehearsal.Output);

        foreach (var command in (string[])[
            "minikube -p wasm start --driver=docker --container-runtime=containerd --embed-certs --interactive=false -o json",
            "minikube -p wasm addons enable ingress",
            "helm repo add vcluster https://charts.loft.sh --force-update",
            "helm upgrade --install native vcluster/vcluster --version 0.36.0 --namespace native",
            "helm upgrade --install runtime vcluster/vcluster --version 0.36.0 --namespace runtime",
            "docker build --platform linux/",
            "minikube -p wasm image load",
            "kubectl --context runtime apply -f"])
        {
            rehearsal.Output.ShouldContain("$ " + (command.StartsWith("minikube -p wasm start", StringComparison.Ordinal) || command.Contains("addons", StringComparison.Ordinal)
                ? $"KUBECONFIG={Path.Combine(_state.Path, "kubeconfig")} {command}"
                : command));
        }

        _machine.Changes.ShouldBeEmpty();
        Directory.EnumerateFileSystemEntries(_state.Path).ShouldBeEmpty();
    }

    [Fact]
    public async Task DryRun_WithTheTunnel_PrintsItInPlaceOfThePortForward()
    {
        await using var rehearsal = Start("--dry-run", "--WasmLab:Ingress:Tunnel=true");

        (await rehearsal.WaitForExitAsync(Token)).ShouldBe(0, rehearsal.Output);

        rehearsal.Output.ShouldContain("$ minikube -p wasm tunnel");
        rehearsal.Output.ShouldNotContain("svc/ingress-nginx-controller");
    }

    [Fact]
    public async Task Session_EndsWithTheLab_ItsMachineIsStopped()
    {
        await using (var lab = Start("--WasmLab:Minikube:Lifetime=session"))
        {
            await lab.WaitForOutputAsync("  runtime ", Token);
        }

        _machine.Changes[^1].ShouldBe("minikube -p wasm stop");
    }

    private LabProcess Start(params string[] arguments) => LabProcess.Start(
        _machine.Environment,
        ["--cluster", "minikube", $"--WasmLab:StateDirectory={_state.Path}", .. _machine.Minikube.Node.Settings, .. arguments]);

    private static async Task ShouldAnswerAsync(LabProcess lab)
    {
        using var http = new HttpClient();
        foreach (var flavor in NativeFlavor.Runnable)
        {
            var answer = JsonNode.Parse(await http.GetStringAsync(lab.AddressOf(flavor), Token))!;
            ((string?)answer["flavor"]).ShouldBe(flavor);
        }
    }
}
