using System.Collections.Concurrent;
using System.Diagnostics;
using WasmLab.Tests.EmbeddedCluster.Ingresses.Support;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Ingresses;

[Trait(Category.Name, Category.Unit)]
public sealed class TracingTests
{
    private const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string Parent = $"00-{TraceId}-00f067aa0ba902b7-01";

    [Fact]
    public async Task Get_SomebodyListens_TheTraceGoesFromTheClientThroughTheIngressToThePod()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = Listen(spans);
        await using var pod = RawBackend.Text("ok");
        await using var ingress = (await IngressHarness.StartAsync()).Route("/web(/|$)(.*)", [pod.Port], ("rewrite-target", "/$2"));

        await GetAsync(ingress, "/web/x");

        await Wait.UntilAsync("both spans have ended", () => spans.Count == 2);
        var server = spans.Single(span => span.Kind == ActivityKind.Server);
        var client = spans.Single(span => span.Kind == ActivityKind.Client);
        server.ParentId.ShouldBe(Parent);
        server.DisplayName.ShouldBe("GET /web(/|$)(.*)");
        client.ParentSpanId.ShouldBe(server.SpanId);
        client.Source.Name.ShouldBe("WasmLab.Ingress");
        client.DisplayName.ShouldBe("GET web0 pod");
        client.Status.ShouldBe(ActivityStatusCode.Unset);
        client.GetTagItem("http.response.status_code").ShouldBe(200);
        client.GetTagItem("http.route").ShouldBe("/web(/|$)(.*)");
        client.GetTagItem("k8s.pod.name").ShouldBe($"pod-{pod.Port}");
        client.GetTagItem("k8s.service.name").ShouldBe("web0");
        client.GetTagItem("k8s.namespace.name").ShouldBe("test");
        client.GetTagItem("k8s.ingress.name").ShouldBe("web0");
        client.GetTagItem("server.address").ShouldBe("127.0.0.1");
        client.GetTagItem("server.port").ShouldBe(pod.Port);
        pod.Requests.ShouldHaveSingleItem().ShouldContain($"traceparent: {client.Id}\r\ntracestate: a=b\r\n");
    }

    [Fact]
    public async Task Get_PodIsDead_SpansAreErrors()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = Listen(spans);
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [RawBackend.DeadPort()]);

        await GetAsync(ingress, "/");

        await Wait.UntilAsync("both spans have ended", () => spans.Count == 2);
        spans.ShouldAllBe(span => span.Status == ActivityStatusCode.Error);
        spans.ShouldAllBe(span => (string?)span.GetTagItem("error.type") == "ConnectFailed");
    }

    [Fact]
    public async Task Get_NobodyListens_TraceparentPassesUnchanged()
    {
        await using var pod = RawBackend.Text("ok");
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [pod.Port]);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        const string Unheard = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
        request.Headers.Add("traceparent", Unheard);

        using var response = await ingress.Client.SendAsync(request);

        pod.Requests.ShouldHaveSingleItem().ShouldContain($"traceparent: {Unheard}\r\n");
    }

    private static async Task GetAsync(IngressHarness ingress, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("traceparent", Parent);
        request.Headers.Add("tracestate", "a=b");
        using var response = await ingress.Client.SendAsync(request);
    }

    // Tests run at the same time in one process, so only spans of this class's trace are sampled.
    private static ActivityListener Listen(ConcurrentQueue<Activity> spans)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "WasmLab.Ingress" or "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                options.Parent.TraceId.ToHexString() == TraceId ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
            ActivityStopped = activity =>
            {
                if (activity.TraceId.ToHexString() == TraceId)
                {
                    spans.Enqueue(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
