using WasmLab.Kubernetes;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Nodes;

/// <summary>
/// The lab on a cluster whose node is a real one: <c>--cluster context</c> on a <c>wasmlab-cluster</c> that runs its pods in containerd,
/// which the lab itself teaches to run WebAssembly.
/// </summary>
public sealed class RealNodeLab : IAsyncLifetime
{
    private readonly TemporaryDirectory _state = new();
    private RealNode? _node;

    internal ClusterProcess Cluster { get; private set; } = null!;

    internal LabProcess Lab { get; private set; } = null!;

    internal KubernetesClient Host => Cluster.Client;

    public async ValueTask InitializeAsync()
    {
        if (RealNode.Unavailable is not null)
        {
            return;
        }

        _node = await RealNode.StartAsync(handler: null);
        Cluster = await ClusterProcess.StartAsync(
            "api,node,controllers", "--container-runtime-endpoint", RealNode.Endpoint, "--node-ip", RealNode.Address);
        Lab = Start(_state.Path);
        await Lab.WaitForOutputAsync("  runtime ", TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await DisposeAsync(Lab);
        await DisposeAsync(Cluster);
        await DisposeAsync(_node);
        _state.Dispose();
    }

    /// <summary>Skips the test where there can be no such lab.</summary>
    internal void Require() => Assert.SkipWhen(_node is null, RealNode.Unavailable ?? "");

    /// <summary>Runs the doctor on this lab.</summary>
    /// <returns>What it printed, and its exit code.</returns>
    internal Task<(string Output, int ExitCode)> DoctorAsync() => DoctorAsync(_state.Path);

    /// <inheritdoc cref="DoctorAsync()"/>
    internal async Task<(string Output, int ExitCode)> DoctorAsync(string stateDirectory)
    {
        await using var doctor = Start(stateDirectory, "--doctor");
        var code = await doctor.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (doctor.Output, code);
    }

    /// <summary>The virtual cluster of a flavor.</summary>
    internal KubernetesClient Connect(string flavor) => KubernetesClient.Connect(KubeConfig.Load(Lab.KubeConfig), flavor);

    private LabProcess Start(string stateDirectory, params string[] arguments) => LabProcess.StartIn(
        stateDirectory,
        new Dictionary<string, string> { ["KUBECONFIG"] = Cluster.KubeConfigPath },
        ["--cluster", "context", "--context", "wasmlab", .. RealNode.Settings.Select(setting => $"--{setting.Key}={setting.Value}"), .. arguments]);

    private static ValueTask DisposeAsync(IAsyncDisposable? disposable) => disposable?.DisposeAsync() ?? ValueTask.CompletedTask;
}
