using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WasmLab.Hosting.Clusters;
using WasmLab.Hosting.Diagnosis;
using WasmLab.Hosting.Lab;
using WasmLab.Hosting.Nodes;
using WasmLab.Hosting.WasmShims;
using WasmLab.Hosting.WasmShims.Containerd;
using WasmLab.Kubernetes;
using WasmLab.Tests.EmbeddedAspire;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Hosting.WasmShims;

/// <summary>The lab's shim step by itself, on nodes that settings name, without a cluster around it.</summary>
internal sealed class ShimStep : IAsyncDisposable
{
    private readonly TemporaryDirectory? _state;
    private readonly DistributedApplication _application;
    private readonly WasmShimResource _shim;
    private readonly Lines _log = new();

    /// <param name="settings">The lab's settings.</param>
    /// <param name="stateDirectory">Its state directory; null is one of its own.</param>
    /// <param name="handler">The handler's name.</param>
    public ShimStep(IEnumerable<KeyValuePair<string, string?>> settings, string? stateDirectory = null, string handler = "wasmedgev1")
    {
        _state = stateDirectory is null ? new TemporaryDirectory() : null;
        var options = LabOptions.Read(
            new ConfigurationBuilder().AddInMemoryCollection(settings).AddInMemoryCollection([new("WasmLab:StateDirectory", stateDirectory ?? _state!.Path)]).Build(),
            AppContext.BaseDirectory);
        var builder = TestApplication.CreateBuilder();
        builder.Services.AddSingleton(TimeProvider.System).AddSingleton(options)
            .AddSingleton<IProcessRunner, ProcessRunner>().AddSingleton<LabShell>().AddSingleton<ClusterConnections>()
            .AddContextNodes(options).AddContainerdShim();
        var cluster = builder.AddResource(new ClusterResource("cluster"));
        _shim = builder.AddResource(new WasmShimResource("wasm-shim", handler, cluster.Resource)).Resource;
        _application = builder.Build();
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>What the step has said since the last call.</summary>
    public string Log => _log.Take();

    /// <summary>How long the pods on the nodes may take.</summary>
    public TimeSpan NodesDeadline
    {
        set => ((PodNodes)_application.Services.GetRequiredService<INodes>()).Deadline = value;
    }

    public void Connect(KubeConfig config) => _application.Services.GetRequiredService<ClusterConnections>().ConnectHost(config);

    public Task<NodeSession> OpenNodesAsync() => _application.Services.GetRequiredService<INodes>().OpenAsync(Step, Token);

    public Task InstallAsync() => _application.Services.GetRequiredService<IWasmShimProvider>().InstallAsync(_shim, Step, Token);

    public Task RemoveAsync() => _application.Services.GetRequiredService<IWasmShimProvider>().RemoveAsync(_shim, Step, Token);

    public async Task<IReadOnlyList<Finding>> ExamineAsync() =>
        await _application.Services.GetServices<IDiagnostic>().Single().ExamineAsync(Step, Token).ToListAsync(Token);

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _state?.Dispose();
    }

    private LabStep Step => new(_shim, _application.Services, _log, _application.Services.GetRequiredService<ResourceNotificationService>());

    private sealed class Lines : ILogger
    {
        private readonly Lock _gate = new();
        private readonly List<string> _lines = [];

        public string Take()
        {
            lock (_gate)
            {
                var text = string.Join('\n', _lines);
                _lines.Clear();
                return text;
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_gate)
            {
                _lines.Add(formatter(state, exception));
            }
        }
    }
}
