using System.Net;
using System.Text.RegularExpressions;
using WasmLab.Tests.EmbeddedCluster.Ingresses.Support;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Ingresses;

[Trait(Category.Name, Category.Unit)]
public sealed class EndpointChangeTests
{
    [Fact]
    public async Task Hammer_EndpointsComeAndGo_NoRequestIsLost()
    {
        await using var ingress = await IngressHarness.StartAsync();
        var pod = RawBackend.Text("ok");
        ingress.Route("/", [pod.Port]);
        using var stop = new CancellationTokenSource();
        var served = 0;
        var clients = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                using var response = await ingress.Client.GetAsync("/");
                response.StatusCode.ShouldBe(HttpStatusCode.OK);
                Interlocked.Increment(ref served);
            }
        })).ToArray();

        for (var round = 0; round < 10; round++)
        {
            var before = Volatile.Read(ref served);
            var next = RawBackend.Text("ok");
            ingress.Endpoints("web0", [next.Port, pod.Port]);
            await Wait.UntilAsync("the new pod serves", () => next.Requests.Count > 5 && Volatile.Read(ref served) > before + 20);
            ingress.Endpoints("web0", [next.Port]);
            var idle = pod;
            await idle.DisposeAsync();
            pod = next;
        }

        await stop.CancelAsync();
        await Task.WhenAll(clients);
        await pod.DisposeAsync();
    }

    [Fact]
    public async Task Get_InFlightWhenItsEndpointGoes_IsFinished()
    {
        var goOn = new TaskCompletionSource();
        await using var pod = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await goOn.Task;
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate");
        });
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [pod.Port]);
        var pending = ingress.Client.GetStringAsync("/");
        await Wait.UntilAsync("the pod has the request", () => pod.Requests.Count == 1);

        ingress.Endpoints("web0", []);
        goOn.SetResult();

        (await pending).ShouldBe("late");
        await Wait.UntilAsync("nothing is kept for an endpoint that is gone", () => ingress.OpenConnections == 0);
        using var after = await ingress.Client.GetAsync("/");
        after.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task Get_EndpointNotReadyOrOfAnotherPort_IsNotUsed()
    {
        await using var pod = RawBackend.Text("right");
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", []);
        ingress.Add($$$$"""
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: more, namespace: test, labels: {kubernetes.io/service-name: web0}}
            addressType: IPv4
            ports:
            - {name: metrics, port: 1}
            - {name: http, port: {{{{pod.Port}}}}}
            endpoints:
            - {addresses: [127.0.0.2], conditions: {ready: false}}
            - {addresses: [127.0.0.1], conditions: {ready: true}}
            """).Apply();

        const int Requests = 6;
        for (var i = 0; i < Requests; i++)
        {
            (await ingress.Client.GetStringAsync("/")).ShouldBe("right");
        }

        await Wait.UntilAsync("every request is logged", () => ingress.ReadAccessLog().Count('\n') == Requests);
        var askedOnlyTheReadyPod = $@"\[test-web0-80\] \[\] 127\.0\.0\.1:{pod.Port} \d+ \d+\.\d{{3}} 200 \w+\n";
        Regex.Count(ingress.ReadAccessLog(), askedOnlyTheReadyPod).ShouldBe(Requests, ingress.ReadAccessLog());
    }
}
