using Microsoft.Extensions.Logging.Abstractions;
using WasmLab.EmbeddedCluster;
using WasmLab.EmbeddedCluster.Api;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Api;

/// <summary>An API on a free port, and its kubeconfig in a file.</summary>
public sealed class ApiFixture : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private ApiListener? _listener;

    public string KubeConfigPath => _directory["kubeconfig"];

    internal ApiServer? Server { get; private set; }

    public async ValueTask InitializeAsync()
    {
        var options = new ClusterOptions { StateDirectory = _directory.Path, KubeConfigPath = KubeConfigPath, ApiPort = 0 };
        _listener = new(options, NullLoggerFactory.Instance, TimeProvider.System);
        Server = new(NullLoggerFactory.Instance, TimeProvider.System, () => new FakeLogSource());
        _listener.Mount("", Server);
        await _listener.StartAsync();
        _listener.IssueKubeConfig("lab").Save(KubeConfigPath);
    }

    /// <summary>A program whose kubeconfig is that of the API; the test is skipped when there is no such program.</summary>
    internal CommandLineTool Tool(string name, string variable)
    {
        var path = CommandLineTool.Find(name, variable);
        Assert.SkipUnless(path is not null, $"{name} is neither on PATH nor named by {variable}");
        return new(path!, new Dictionary<string, string>
        {
            ["KUBECONFIG"] = KubeConfigPath,
            ["HOME"] = _directory.Path,
            ["KUBE_EDITOR"] = "sed -i s/before/after/",
        });
    }

    /// <summary>A new namespace for one test.</summary>
    internal async Task<string> CreateNamespaceAsync()
    {
        using var client = Server!.CreateClient();
        var created = await client.CreateAsync(new Namespace { Metadata = { GenerateName = "test-" } }, TestApi.Ct);
        return created.Metadata.Name!;
    }

    internal KubernetesClient CreateClient() => Server!.CreateClient();

    public async ValueTask DisposeAsync()
    {
        if (_listener is not null)
        {
            await _listener.DisposeAsync();
        }

        _directory.Dispose();
    }
}
