using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using WasmLab.EmbeddedCluster.Ingresses.Balancing;
using WasmLab.EmbeddedCluster.Ingresses.Forwarding;
using WasmLab.EmbeddedCluster.Ingresses.Routing;
using WasmLab.EmbeddedCluster.Ingresses.Server;
using WasmLab.EmbeddedCluster.Ingresses.Telemetry;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Ingresses.Support;

/// <summary>The listening and forwarding half of the ingress, with objects given by the test instead of a cluster.</summary>
internal sealed class IngressHarness : IAsyncDisposable
{
    private readonly UpstreamPools _pools = new(TimeProvider.System);
    private readonly BackendRegistry _registry;
    private readonly RouteTableBuilder _builder;
    private readonly AccessLog _accessLog;
    private readonly StringWriter _log = new();
    private readonly Forwarder _forwarder;
    private readonly List<JsonObject> _objects = [];
    private IngressServer? _server;

    private IngressHarness()
    {
        _registry = new BackendRegistry(_pools);
        _builder = new RouteTableBuilder(_registry.Get);
        _accessLog = new AccessLog(TextWriter.Synchronized(_log), TimeProvider.System);
        _forwarder = new Forwarder(TimeProvider.System, NullLogger<Forwarder>.Instance, _accessLog);
    }

    public int Port => _server!.Port;

    public string Authority => $"localhost:{Port}";

    public HttpClient Client { get; private set; } = null!;

    public int OpenConnections => _pools.OpenConnections;

    public RouteTableBuild Build { get; private set; } = null!;

    public static async Task<IngressHarness> StartAsync(int port = 0)
    {
        var harness = new IngressHarness();
        harness._server = await IngressServer.StartAsync(port, harness._forwarder, NullLoggerFactory.Instance, TestContext.Current.CancellationToken);
        harness.Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, ActivityHeadersPropagator = null })
        {
            BaseAddress = new Uri($"http://localhost:{harness.Port}"),
            Timeout = TimeSpan.FromSeconds(60),
        };
        return harness;
    }

    /// <summary>An ingress that is served at <c>/PATH</c> by service <c>NAME</c> with these ready addresses.</summary>
    public IngressHarness Route(string path, int[] ports, params (string Name, string Value)[] annotations)
    {
        var name = "web" + _objects.Count;
        var lines = string.Join("\n", annotations.Select(item => $"    nginx.ingress.kubernetes.io/{item.Name}: \"{item.Value}\""));
        Add($$$$"""
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata:
              name: {{{{name}}}}
              namespace: test
              annotations:
                a: b
            {{{{lines}}}}
            spec:
              ingressClassName: nginx
              rules:
              - http:
                  paths:
                  - path: {{{{path}}}}
                    pathType: ImplementationSpecific
                    backend: {service: {name: {{{{name}}}}, port: {number: 80}}}
            """);
        return Endpoints(name, ports);
    }

    public IngressHarness Endpoints(string service, int[] ports)
    {
        _objects.RemoveAll(item => item["metadata"]!["name"]!.GetValue<string>() == service && item["kind"]!.GetValue<string>() != "Ingress");
        Add($$"""
            apiVersion: v1
            kind: Service
            metadata: {name: {{service}}, namespace: test}
            spec: {ports: [{name: http, port: 80}]}
            """);
        foreach (var port in ports)
        {
            Add($$$$"""
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata: {name: {{{{service}}}}, namespace: test, labels: {kubernetes.io/service-name: {{{{service}}}}}}
                addressType: IPv4
                ports: [{name: http, port: {{{{port}}}}}]
                endpoints: [{addresses: [127.0.0.1], targetRef: {kind: Pod, name: pod-{{{{port}}}}}}]
                """);
        }

        return Apply();
    }

    public IngressHarness Add(string yaml)
    {
        _objects.AddRange(Manifest.Parse(yaml));
        return this;
    }

    public IngressHarness Apply()
    {
        Build = _builder.Build(Of<Ingress>());
        _registry.Refresh(Of<Service>(), Of<EndpointSlice>());
        _forwarder.Table = Build.Table;
        return this;
    }

    public string ReadAccessLog()
    {
        _accessLog.Flush();
        return _log.ToString();
    }

    public async Task<string> WaitForLogAsync(string part)
    {
        await Wait.UntilAsync($"access log contains {part}", () => ReadAccessLog().Contains(part, StringComparison.Ordinal));
        return ReadAccessLog();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _server!.DisposeAsync();
        _accessLog.Dispose();
        _pools.Dispose();
    }

    public static List<T> Objects<T>(IEnumerable<JsonObject> objects)
        where T : KubernetesObject, IKubernetesKind<T>, new() =>
        [.. objects.Where(item => item["kind"]!.GetValue<string>() == T.Type.Kind).Select(item => item.Deserialize<T>(KubernetesJson.Options)!)];

    private List<T> Of<T>()
        where T : KubernetesObject, IKubernetesKind<T>, new() => Objects<T>(_objects);
}
