using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard.Client;
using Aspire.Hosting.Otlp.Protos;
using Google.Protobuf;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OtlpResource = Aspire.Hosting.Otlp.Protos.Resource;

namespace WasmLab.Tests.EmbeddedAspire.Dashboard;

/// <summary>Resources and telemetry of the kind that the lab makes.</summary>
internal static class SampleLab
{
    public const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";

    private static readonly DateTime Started = TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(-3);

    public static FakeDashboardClient Create()
    {
        var client = new FakeDashboardClient
        {
            Resources =
            [
                Resource("cluster", "Cluster", "Server", "embedded, v0.1.0") with
                {
                    Snapshot = Resource("cluster", "Cluster", "Server", "embedded").Snapshot with
                    {
                        Urls = [new UrlSnapshot("api", "https://127.0.0.1:16443", false) { DisplayProperties = new UrlDisplayPropertiesSnapshot("Kubernetes API") }],
                        EnvironmentVariables = [new EnvironmentVariableSnapshot("KUBECONFIG", "/lab/kubeconfig", true), new EnvironmentVariableSnapshot("API_KEY", "s3cr3t-value", true)],
                    },
                },
                Resource("shim", "WasmShim", "PlugConnected", "wasmedgev1", state: "Finished", waitsFor: ["cluster"]),
                Resource("ingress", "Ingress", "Router", null, waitsFor: ["cluster"], url: "http://localhost:8080"),
                .. Flavor("native", "http://localhost:8080/native/get?foo=bar"),
                .. Flavor("embed", "http://localhost:8080/embed/get?foo=bar"),
                .. Flavor("runtime", "http://localhost:8080/runtime/get?foo=bar"),
                Resource("comparison", "Comparison", "Scale", null, state: "Waiting", waitsFor: ["native", "embed", "runtime"]),
            ],
        };
        client.Write("ingress", "2026-11-22T09:00:00.1234567Z \u001b[32minfo\u001b[0m: Proxy[1] listening on http://localhost:8080");
        client.Write("ingress", "2026-11-22T09:00:01.0000000Z <script>alert('not run')</script> & more");
        client.Write("ingress", "2026-11-22T09:00:02.0000000Z upstream refused the connection", isError: true);
        AddTelemetry(client);
        return client;
    }

    public static ResourceView Resource(
        string name, string type, string icon, string? source, string state = "Running", string[]? waitsFor = null, string? url = null, string? parent = null) =>
        new(name, name, new CustomResourceSnapshot
        {
            ResourceType = type,
            IconName = icon,
            State = new ResourceStateSnapshot(state, null),
            StartTimeStamp = state == "Waiting" ? null : Started,
            Properties = source is null ? [] : [new ResourcePropertySnapshot(CustomResourceKnownProperties.Source, source)],
            Urls = url is null ? [] : [new UrlSnapshot("http", url, false)],
            Relationships =
            [
                .. parent is null ? [] : new[] { new RelationshipSnapshot(parent, "Parent") },
                .. (waitsFor ?? []).Select(other => new RelationshipSnapshot(other, "WaitFor")),
            ],
            Commands =
            [
                new ResourceCommandSnapshot("resource-restart", ResourceCommandState.Enabled, "Restart", "Stops and starts it", null, null, "ArrowCounterclockwise", null, true),
                new ResourceCommandSnapshot("remove", ResourceCommandState.Enabled, "Remove", null, null, $"Remove {name}?", "Delete", null, false),
            ],
        });

    private static IEnumerable<ResourceView> Flavor(string name, string url)
    {
        yield return Resource($"vcluster-{name}", "VirtualCluster", "Layer", null, waitsFor: ["cluster"]);
        var flavor = Resource(name, "Flavor", "Box", $"wasmlab/httpbin:{name}", waitsFor: name == "runtime" ? ["shim", "ingress"] : ["ingress"], url: url, parent: $"vcluster-{name}");
        yield return name == "embed"
            ? flavor with
            {
                Snapshot = flavor.Snapshot.WithHealthReports(
                    [new HealthReportSnapshot("embed-answer", HealthStatus.Unhealthy, "The ingress answered 503 instead of the flavor.", "System.Net.Http.HttpRequestException: 503\n   at Probe()")]),
            }
            : flavor with { Snapshot = flavor.Snapshot.WithHealthReports([new HealthReportSnapshot($"{name}-answer", HealthStatus.Healthy, "flavor and args as asked", null)]) };
    }

    private static void AddTelemetry(FakeDashboardClient client)
    {
        var now = (ulong)(TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
        var ingress = Sender("ingress");
        var native = Sender("native");
        client.Telemetry.Add(new ExportTraceServiceRequest
        {
            ResourceSpans =
            {
                new ResourceSpans { Resource = ingress, ScopeSpans = { new ScopeSpans { Scope = new InstrumentationScope { Name = "WasmLab.Ingress" }, Spans =
                {
                    Span("GET /native(/|$)(.*)", "0000000000000001", null, Aspire.Hosting.Otlp.Protos.Span.Types.Kind.Server, now, 0, 9_200_000),
                    Span("match route", "0000000000000002", "0000000000000001", Aspire.Hosting.Otlp.Protos.Span.Types.Kind.Internal, now, 300_000, 900_000),
                    Span("GET", "0000000000000003", "0000000000000001", Aspire.Hosting.Otlp.Protos.Span.Types.Kind.Client, now, 1_400_000, 7_000_000, ("k8s.pod.name", "native-x-default-x-native"), ("http.response.status_code", "200")),
                } } } },
                new ResourceSpans { Resource = native, ScopeSpans = { new ScopeSpans { Spans =
                {
                    Span("lookup", "0000000000000004", "0000000000000002", Aspire.Hosting.Otlp.Protos.Span.Types.Kind.Internal, now, 500_000, 400_000),
                } } } },
            },
        });
        var failing = Span("GET /embed", "0000000000000009", null, Aspire.Hosting.Otlp.Protos.Span.Types.Kind.Server, now + 2_000_000_000, 0, 31_000_000);
        failing.TraceId = ByteString.CopyFrom(Convert.FromHexString("aaaa2f3577b34da6a3ce929d0e0e4736"));
        failing.Status = new Status { Code = Status.Types.Code.Error, Message = "503 no endpoints" };
        client.Telemetry.Add(new ExportTraceServiceRequest { ResourceSpans = { new ResourceSpans { Resource = ingress, ScopeSpans = { new ScopeSpans { Spans = { failing } } } } } });
        client.Telemetry.Add(new ExportLogsServiceRequest
        {
            ResourceLogs =
            {
                new ResourceLogs { Resource = ingress, ScopeLogs = { new ScopeLogs { Scope = new InstrumentationScope { Name = "WasmLab.Ingress.Proxy" }, LogRecords =
                {
                    Log(9, "Request GET /native/get finished in 9.2 ms", now, true, ("http.route", "/native(/|$)(.*)")),
                    Log(13, "No endpoints for service embed-x-default-x-embed", now, false, ("service", "embed-x-default-x-embed")),
                    Log(17, "Upstream <b>refused</b> the connection", now, false, ("exception.type", "SocketException"), ("exception.stacktrace", "System.Net.Sockets.SocketException: Connection refused\n   at Connect()")),
                } } } },
            },
        });
        var step = 5_000_000_000UL;
        for (var i = 0UL; i < 40; i++)
        {
            client.Telemetry.Add(Metrics(ingress, now - (40 - i) * step, i));
        }
    }

    private static ExportMetricsServiceRequest Metrics(OtlpResource resource, ulong time, ulong i) => new()
    {
        ResourceMetrics =
        {
            new ResourceMetrics { Resource = resource, ScopeMetrics =
            {
                new ScopeMetrics { Scope = new InstrumentationScope { Name = "Microsoft.AspNetCore.Hosting" }, Metrics =
                {
                    new Metric { Name = "http.server.request.duration", Unit = "s", Description = "Duration of HTTP server requests.", Histogram = new Histogram
                    {
                        AggregationTemporality = AggregationTemporality.Cumulative,
                        DataPoints = { new HistogramDataPoint
                        {
                            TimeUnixNano = time, Count = 10 * i, Sum = i * 0.09, ExplicitBounds = { 0.005, 0.01, 0.025, 0.05 },
                            BucketCounts = { 6 * i, (3 + (i % 7 == 0 ? 2u : 0u)) * i, i, 0, 0 },
                            Attributes = { Attribute("http.route", "/native"), Attribute("http.response.status_code", "200") },
                        } },
                    } },
                    new Metric { Name = "http.server.active_requests", Unit = "{request}", Description = "Requests in flight.", Sum = new Sum
                    {
                        AggregationTemporality = AggregationTemporality.Cumulative,
                        DataPoints = { new NumberDataPoint { TimeUnixNano = time, AsInt = (long)(i * 7 % 5), Attributes = { Attribute("method", "GET") } }, new NumberDataPoint { TimeUnixNano = time, AsInt = (long)(i * 3 % 4), Attributes = { Attribute("method", "HEAD") } } },
                    } },
                } },
            } },
        },
    };

    private static OtlpResource Sender(string name) => new() { Attributes = { Attribute("service.name", name), Attribute("service.instance.id", $"{name}-1") } };

    private static Span Span(string name, string id, string? parent, Span.Types.Kind kind, ulong now, ulong offset, ulong duration, params (string, string)[] attributes) => new()
    {
        TraceId = ByteString.CopyFrom(Convert.FromHexString(TraceId)),
        SpanId = ByteString.CopyFrom(Convert.FromHexString(id)),
        ParentSpanId = parent is null ? ByteString.Empty : ByteString.CopyFrom(Convert.FromHexString(parent)),
        Name = name,
        Kind = kind,
        StartTimeUnixNano = now + offset,
        EndTimeUnixNano = now + offset + duration,
        Attributes = { attributes.Select(pair => Attribute(pair.Item1, pair.Item2)) },
    };

    private static LogRecord Log(int severity, string body, ulong time, bool inTrace, params (string, string)[] attributes) => new()
    {
        TimeUnixNano = time,
        SeverityNumber = severity,
        Body = new AnyValue { StringValue = body },
        TraceId = inTrace ? ByteString.CopyFrom(Convert.FromHexString(TraceId)) : ByteString.Empty,
        SpanId = inTrace ? ByteString.CopyFrom(Convert.FromHexString("0000000000000001")) : ByteString.Empty,
        Attributes = { attributes.Select(pair => Attribute(pair.Item1, pair.Item2)) },
    };

    private static KeyValue Attribute(string key, string value) => new() { Key = key, Value = new AnyValue { StringValue = value } };
}
