using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using WasmLab.Tests.EmbeddedAspire;
using WasmLab.Tests.Hosting.StandIns;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Hosting;

/// <summary>The commands of a minikube cluster, as the dashboard runs them.</summary>
[Trait(Category.Name, Category.EndToEnd)]
public sealed class MinikubeCommandTests : IAsyncDisposable
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
    public async Task RunAgain_WhenWhatFailedIsRepaired_GoesOn()
    {
        _machine.Docker.Version = StandInDocker.DaemonDown;
        await using var application = Build();
        await application.StartAsync(Token);
        await application.ResourceNotifications.WaitForResourceAsync("cluster", KnownResourceStates.FailedToStart, Token).WaitAsync(TestApplication.Deadline, Token);

        var refused = await application.ResourceCommands.ExecuteCommandAsync("cluster", "run-again", Token);
        _machine.Docker.Version = ToolAnswer.Of(StandInDocker.Running);
        var repaired = await application.ResourceCommands.ExecuteCommandAsync("cluster", "run-again", Token);

        refused.Success.ShouldBeFalse();
        refused.Message.ShouldNotBeNull().ShouldContain("sudo systemctl start docker");
        repaired.Success.ShouldBeTrue(repaired.Message);
        StateOf(application).ShouldBe(KnownResourceStates.Running);
    }

    [Fact]
    public async Task NodeCommands_RestartStopAndDelete_DoSoWithTheProfileAlone()
    {
        await using var application = Build();
        await application.StartAsync(Token);
        await application.ResourceNotifications.WaitForResourceAsync("cluster", KnownResourceStates.Running, Token).WaitAsync(TestApplication.Deadline, Token);
        var started = _machine.Changes.Count;

        foreach (var command in (string[])["restart-nodes", "stop-nodes", "run-again", "delete"])
        {
            var result = await application.ResourceCommands.ExecuteCommandAsync("cluster", command, Token);
            result.Success.ShouldBeTrue($"{command}: {result.Message}");
        }

        _machine.Changes.Skip(started).ShouldBe([
            "minikube -p wasm node stop wasm",
            "minikube -p wasm node start wasm",
            "minikube -p wasm stop",
            "minikube -p wasm start --driver=docker --container-runtime=containerd --embed-certs --interactive=false -o json",
            "minikube -p wasm delete",
        ]);
        StateOf(application).ShouldBe(KnownResourceStates.Exited);
    }

    private DistributedApplication Build()
    {
        var builder = TestApplication.CreateBuilder("--WasmLab:Cluster=minikube", $"--WasmLab:StateDirectory={_state.Path}");
        builder.AddCluster("cluster");
        builder.Services.AddSingleton(_machine.Runner);
        return builder.Build();
    }

    private static string? StateOf(DistributedApplication application) =>
        application.ResourceNotifications.TryGetCurrentState("cluster", out var found) ? found.Snapshot.State?.Text : null;
}
