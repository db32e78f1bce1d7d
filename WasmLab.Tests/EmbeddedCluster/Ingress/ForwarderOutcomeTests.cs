using System.Diagnostics;
using System.Net;
using WasmLab.EmbeddedCluster.Ingresses.Forwarding;
using WasmLab.Tests.EmbeddedCluster.Ingresses.Support;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Ingresses;

[Trait(Category.Name, Category.Unit)]
public sealed class ForwarderOutcomeTests
{
    [Fact]
    public async Task Get_NoIngressTakesThePath_Is404LikeNginx()
    {
        await using var ingress = await IngressHarness.StartAsync();

        using var response = await ingress.Client.GetAsync("/nowhere");

        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        response.Content.Headers.ContentType!.ToString().ShouldBe("text/html");
        (await response.Content.ReadAsStringAsync()).ShouldBe(
            "<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n<center><h1>404 Not Found</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n");
    }

    [Fact]
    public async Task Get_NoReadyEndpoint_Is503()
    {
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", []);

        await ShouldAnswerAsync(ingress, HttpStatusCode.ServiceUnavailable, "503 Service Temporarily Unavailable");
    }

    [Fact]
    public async Task Get_PodRefusesTheConnection_Is502()
    {
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [RawBackend.DeadPort()]);

        await ShouldAnswerAsync(ingress, HttpStatusCode.BadGateway, "502 Bad Gateway");
        (await ingress.WaitForLogAsync(" 502 ")).ShouldContain("[test-web0-80]");
    }

    [Fact]
    public async Task Get_PodClosesWithoutAnAnswer_Is502()
    {
        await using var pod = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            connection.Close();
        });
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [pod.Port]);

        await ShouldAnswerAsync(ingress, HttpStatusCode.BadGateway, "502 Bad Gateway");
    }

    [Theory]
    [InlineData("this is not HTTP\r\n\r\n")]
    [InlineData("HTTP/2 200\r\n\r\n")]
    [InlineData("HTTP/1.1 20 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nno colon\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nbad name: x\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\na")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n")]
    public async Task Get_PodAnswersNonsense_Is502(string answer)
    {
        await using var pod = RawBackend.Answer(answer);
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [pod.Port]);

        await ShouldAnswerAsync(ingress, HttpStatusCode.BadGateway, "502 Bad Gateway");
        pod.Requests.Count.ShouldBe(1, "nonsense is no reason to ask again");
    }

    [Fact]
    public async Task Get_AnswerHeadLargerThanTheLimit_Is502()
    {
        await using var pod = RawBackend.Answer($"HTTP/1.1 200 OK\r\nA: {new string('a', 70_000)}\r\n\r\n");
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [pod.Port]);

        await ShouldAnswerAsync(ingress, HttpStatusCode.BadGateway, "502 Bad Gateway");
    }

    [Fact]
    public async Task Get_PodIsSilentLongerThanTheReadTimeout_Is504()
    {
        await using var pod = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.ReadHeadAsync();
        });
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [pod.Port], ("proxy-read-timeout", "1"));
        var started = Stopwatch.GetTimestamp();

        await ShouldAnswerAsync(ingress, HttpStatusCode.GatewayTimeout, "504 Gateway Time-out");

        Stopwatch.GetElapsedTime(started).ShouldBeInRange(TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(10));
        (await ingress.WaitForLogAsync(" 504 ")).ShouldContain(" 504 ");
    }

    [Fact]
    public async Task Get_PodBreaksOffInTheBody_ClientSeesABrokenAnswer()
    {
        await using var pod = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
            connection.Close();
        });
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [pod.Port]);

        await Should.ThrowAsync<HttpRequestException>(() => ingress.Client.GetStringAsync("/"));
    }

    [Theory]
    [InlineData("zz\r\n")]
    [InlineData("-1\r\n")]
    [InlineData("3\r\nabcdef\r\n")]
    [InlineData("ffffffffffffffffff\r\n")]
    public async Task Get_PodsChunksAreMalformed_ClientSeesABrokenAnswer(string chunks)
    {
        await using var pod = RawBackend.Answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n" + chunks);
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [pod.Port]);

        await Should.ThrowAsync<HttpRequestException>(() => ingress.Client.GetStringAsync("/"));
    }

    [Fact]
    public async Task Post_AnnouncedBodyTooLarge_Is413AndThePodNeverSeesIt()
    {
        await using var pod = RawBackend.Text("");
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [pod.Port], ("proxy-body-size", "10"));

        using var response = await ingress.Client.PostAsync("/", new StringContent("0123456789a"));

        response.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await response.Content.ReadAsStringAsync()).ShouldContain("413 Request Entity Too Large");
        pod.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Post_ChunkedBodyGrowsTooLarge_Is413()
    {
        await using var pod = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.ReadToEndAsync();
        });
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [pod.Port], ("proxy-body-size", "1k"));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/") { Content = new StringContent(new string('x', 4096)) };
        request.Headers.TransferEncodingChunked = true;

        using var response = await ingress.Client.SendAsync(request);

        response.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Get_ClientGoesAway_PodsConnectionIsClosedAndLoggedAs499()
    {
        var closed = new TaskCompletionSource();
        await using var pod = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.ReadSomeAsync();
            closed.SetResult();
        });
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [pod.Port]);
        var client = await RawConnection.ConnectAsync(ingress.Port);
        await client.WriteAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await Wait.UntilAsync("the pod has the request", () => pod.Requests.Count == 1);

        client.Close();

        await closed.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await ingress.WaitForLogAsync(" 499 ");
    }

    [Theory]
    [InlineData("TRACE")]
    public async Task Send_MethodThatNoProxyPassesOn_Is405(string method)
    {
        await using var pod = RawBackend.Text("");
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [pod.Port]);
        using var request = new HttpRequestMessage(new HttpMethod(method), "/");

        using var response = await ingress.Client.SendAsync(request);

        response.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        pod.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Get_RedirectAnnotations_AnswerWithThem()
    {
        await using var ingress = (await IngressHarness.StartAsync())
            .Route("/permanent", [1], ("permanent-redirect", "https://example.com/x"))
            .Route("/temporal", [1], ("temporal-redirect", "https://example.com/y"), ("temporal-redirect-code", "307"));

        using var permanent = await ingress.Client.GetAsync("/permanent");
        using var temporal = await ingress.Client.GetAsync("/temporal");

        permanent.StatusCode.ShouldBe(HttpStatusCode.MovedPermanently);
        permanent.Headers.Location.ShouldBe(new Uri("https://example.com/x"));
        temporal.StatusCode.ShouldBe(HttpStatusCode.TemporaryRedirect);
        temporal.Headers.Location.ShouldBe(new Uri("https://example.com/y"));
    }

    [Theory]
    [InlineData((int)ForwarderOutcome.ConnectFailed, true)]
    [InlineData((int)ForwarderOutcome.ResponseTimedOut, true)]
    [InlineData((int)ForwarderOutcome.ResponseBodyBroken, true)]
    [InlineData((int)ForwarderOutcome.NoRoute, false)]
    [InlineData((int)ForwarderOutcome.ClientAborted, false)]
    [InlineData((int)ForwarderOutcome.RequestBodyTooLarge, false)]
    public void IsServerError_Outcome_TellsWhoFailed(int outcome, bool expected) =>
        ((ForwarderOutcome)outcome).IsServerError().ShouldBe(expected);

    private static async Task ShouldAnswerAsync(IngressHarness ingress, HttpStatusCode status, string title)
    {
        using var response = await ingress.Client.GetAsync("/");
        response.StatusCode.ShouldBe(status);
        (await response.Content.ReadAsStringAsync()).ShouldContain($"<h1>{title}</h1>");
    }
}
