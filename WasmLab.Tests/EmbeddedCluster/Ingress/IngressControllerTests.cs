using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using WasmLab.EmbeddedCluster.Api;
using WasmLab.EmbeddedCluster.Ingresses;
using WasmLab.EmbeddedCluster.Ingresses.Balancing;
using WasmLab.EmbeddedCluster.Ingresses.Forwarding;
using WasmLab.EmbeddedCluster.Ingresses.Server;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;
using WasmLab.Tests.EmbeddedCluster.Ingresses.Support;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Ingresses;

/// <summary>The whole ingress beside an API server, as a user sees it: objects in, answers and status out.</summary>
[Trait(Category.Name, Category.Unit)]
public sealed class IngressControllerTests : IAsyncLifetime
{
    private readonly KubernetesClient _client = new ApiServer(NullLoggerFactory.Instance, TimeProvider.System, () => null).CreateClient();
    private readonly UpstreamPools _pools = new(TimeProvider.System);
    private readonly RecordingLogger _log = new();
    private readonly HttpClient _http = new();
    private IngressController _controller = null!;
    private IngressServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        var forwarder = new Forwarder(TimeProvider.System, NullLogger<Forwarder>.Instance, null);
        var reporter = new IngressStatusReporter(_client, TimeProvider.System, NullLogger<IngressStatusReporter>.Instance);
        _controller = new IngressController(_client, new BackendRegistry(_pools), forwarder, reporter, _log);
        _server = await IngressServer.StartAsync(0, forwarder, NullLoggerFactory.Instance, TestContext.Current.CancellationToken);
        await _controller.StartAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _controller.StopAsync();
        _controller.Dispose();
        await _server.DisposeAsync();
        _pools.Dispose();
        _http.Dispose();
        _client.Dispose();
    }

    [Fact]
    public async Task Apply_IngressServiceAndSlice_IsServedReportedAndWithdrawn()
    {
        await using var pod = RawBackend.Text("hello");
        await ServeAsync("web", pod.Port);
        await _client.CreateAsync(Web("web", "/web(/|$)(.*)", ("rewrite-target", "/$2")));

        await EventuallyAnswersAsync("/web/get?x", HttpStatusCode.OK);
        pod.Requests[^1].ShouldStartWith("GET /get?x HTTP/1.1\r\n");

        await Wait.UntilAsync("the status has the address", () => _client.GetAsync<Ingress>("web", "default").Result.Status.LoadBalancer.Ingress is [{ Hostname: "localhost" }]);
        await Wait.UntilAsync("the event is told", async () => (await EventsAsync("web")).Count > 0);
        var events = await EventsAsync("web");
        events.ShouldHaveSingleItem();
        (events[0].Type, events[0].Reason, events[0].Message, events[0].Source.Component).ShouldBe(("Normal", "Sync", "Scheduled for sync", "nginx-ingress-controller"));

        await _client.DeleteAsync<Ingress>("web", "default");
        await EventuallyAnswersAsync("/web/get", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Start_ClassIsMissing_IsCreated()
    {
        IngressClass? created = null;
        await Wait.UntilAsync("the class is there", () => (created = _client.FindAsync<IngressClass>("nginx").Result) is not null);

        created!.Spec.Controller.ShouldBe("k8s.io/ingress-nginx");
    }

    [Fact]
    public async Task Change_EndpointsVanishAndComeBack_AnswersFollow()
    {
        await using var pod = RawBackend.Text("hello");
        await ServeAsync("web", pod.Port);
        await _client.CreateAsync(Web("web", "/web"));
        await EventuallyAnswersAsync("/web", HttpStatusCode.OK);

        await _client.DeleteAsync<EndpointSlice>("web", "default");
        await EventuallyAnswersAsync("/web", HttpStatusCode.ServiceUnavailable);

        await _client.CreateAsync(Slice("web", pod.Port));
        await EventuallyAnswersAsync("/web", HttpStatusCode.OK);
    }

    [Fact]
    public async Task Create_IngressIsWrong_IsRejectedByEventAndLogAndOthersAreServed()
    {
        await using var pod = RawBackend.Text("hello");
        await ServeAsync("web", pod.Port);
        await _client.CreateAsync(Web("bad", "/(", ("use-regex", "true")));
        await _client.CreateAsync(Web("web", "/web", ("auth-url", "http://x")));

        await EventuallyAnswersAsync("/web", HttpStatusCode.OK);
        await Wait.UntilAsync("the bad one has its event", () => EventsAsync("bad").Result.Count == 1);
        var rejected = (await EventsAsync("bad"))[0];
        (rejected.Type, rejected.Reason).ShouldBe(("Warning", "Rejected"));
        rejected.Message.ShouldNotBeNull().ShouldContain("path /( is no regular expression");
        (await _client.GetAsync<Ingress>("bad", "default")).Status.LoadBalancer.Ingress.ShouldBeEmpty();
        _log.Lines.Count(line => line.Contains("default/bad is left out", StringComparison.Ordinal)).ShouldBe(1);
        _log.Lines.Count(line => line.Contains("default/web has annotations that are unknown here and do nothing: auth-url", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task Create_IngressOfAnotherClass_IsLeftAlone()
    {
        await using var pod = RawBackend.Text("hello");
        await ServeAsync("web", pod.Port);
        var other = Web("other", "/other");
        other.Spec.IngressClassName = "traefik";
        await _client.CreateAsync(other);
        var annotated = Web("annotated", "/annotated");
        annotated.Spec.IngressClassName = null;
        annotated.Metadata.Annotations["kubernetes.io/ingress.class"] = "nginx";
        await _client.CreateAsync(annotated);

        await EventuallyAnswersAsync("/annotated", HttpStatusCode.OK);
        await EventuallyAnswersAsync("/other", HttpStatusCode.NotFound);
        (await _client.GetAsync<Ingress>("other", "default")).Status.LoadBalancer.Ingress.ShouldBeEmpty();
    }

    [Fact]
    public async Task Create_IngressWithoutClass_IsServedOnceTheClassIsTheDefault()
    {
        await using var pod = RawBackend.Text("hello");
        await ServeAsync("web", pod.Port);
        var classless = Web("web", "/web");
        classless.Spec.IngressClassName = null;
        await _client.CreateAsync(classless);
        await Wait.UntilAsync("the class is there", () => _client.FindAsync<IngressClass>("nginx").Result is not null);
        await EventuallyAnswersAsync("/web", HttpStatusCode.NotFound);

        await _client.PatchAsync<IngressClass>("nginx", null, JsonNode.Parse("""{"metadata":{"annotations":{"ingressclass.kubernetes.io/is-default-class":"true"}}}""")!);

        await EventuallyAnswersAsync("/web", HttpStatusCode.OK);
    }

    private async Task EventuallyAnswersAsync(string path, HttpStatusCode status) =>
        await Wait.UntilAsync($"{path} answers {status}", () => _http.GetAsync($"http://localhost:{_server.Port}{path}").Result.StatusCode == status);

    private async Task<List<Event>> EventsAsync(string ingress) =>
        [.. (await _client.ListAsync<Event>("default")).Items.Where(item => item.InvolvedObject.Name == ingress && item.InvolvedObject.Kind == "Ingress")];

    private async Task ServeAsync(string name, int port)
    {
        await _client.CreateAsync(new Service
        {
            Metadata = { Name = name, Namespace = "default" },
            Spec = { Ports = [new ServicePort { Name = "http", Port = 80 }] },
        });
        await _client.CreateAsync(Slice(name, port));
    }

    private static EndpointSlice Slice(string service, int port) => new()
    {
        Metadata = { Name = service, Namespace = "default", Labels = { ["kubernetes.io/service-name"] = service } },
        AddressType = "IPv4",
        Ports = [new EndpointPort { Name = "http", Port = port }],
        Endpoints = [new Endpoint { Addresses = ["127.0.0.1"] }],
    };

    private static Ingress Web(string name, string path, params (string Name, string Value)[] annotations)
    {
        var backend = new IngressBackend { Service = new IngressServiceBackend { Name = "web", Port = new ServiceBackendPort { Name = "http" } } };
        var ingress = new Ingress
        {
            Metadata = { Name = name, Namespace = "default" },
            Spec =
            {
                IngressClassName = "nginx",
                Rules = [new IngressRule { Http = new() { Paths = [new HttpIngressPath { Path = path, PathType = "ImplementationSpecific", Backend = backend }] } }],
            },
        };
        foreach (var (key, value) in annotations)
        {
            ingress.Metadata.Annotations["nginx.ingress.kubernetes.io/" + key] = value;
        }

        return ingress;
    }

    private sealed class RecordingLogger : ILogger<IngressController>
    {
        private readonly List<string> _lines = [];

        public IReadOnlyList<string> Lines
        {
            get
            {
                lock (_lines)
                {
                    return [.. _lines];
                }
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_lines)
            {
                _lines.Add(formatter(state, exception));
            }
        }
    }
}
