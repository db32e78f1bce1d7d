using System.Net;
using WasmLab.Tests.EmbeddedCluster.Ingresses.Support;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Ingresses;

[Trait(Category.Name, Category.Unit)]
public sealed class ForwarderHeaderTests
{
    [Fact]
    public async Task Forward_PlainRequest_HasTheHeadThatIngressNginxWrites()
    {
        await using var pod = RawBackend.Text("hello");
        await using var ingress = (await IngressHarness.StartAsync()).Route("/web(/|$)(.*)", [pod.Port], ("rewrite-target", "/$2"));

        (await ingress.Client.GetStringAsync("/web/get?foo=bar")).ShouldBe("hello");

        var lines = pod.Requests.ShouldHaveSingleItem().Split("\r\n");
        lines[0].ShouldBe("GET /get?foo=bar HTTP/1.1");
        var fields = Fields(lines);
        fields["X-Request-ID"].ShouldMatch("^[0-9a-f]{32}$");
        fields.Remove("X-Request-ID");
        fields.ShouldBe(
            new Dictionary<string, string>
            {
                ["Host"] = ingress.Authority,
                ["X-Real-IP"] = "127.0.0.1",
                ["X-Forwarded-For"] = "127.0.0.1",
                ["X-Forwarded-Host"] = ingress.Authority,
                ["X-Forwarded-Port"] = $"{ingress.Port}",
                ["X-Forwarded-Proto"] = "http",
                ["X-Forwarded-Scheme"] = "http",
                ["X-Scheme"] = "http",
            },
            ignoreOrder: true);
    }

    [Fact]
    public async Task Forward_ClientSendsTheIngressOwnFields_AreReplaced()
    {
        await using var pod = RawBackend.Text("");
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [pod.Port]);
        var client = await RawConnection.ConnectAsync(ingress.Port);

        await client.WriteAsync(
            "GET / HTTP/1.1\r\nHost: a.test:99\r\nX-Request-ID: mine\r\nX-Real-IP: 6.6.6.6\r\nX_Real_IP: 6.6.6.6\r\nX-Forwarded-For: 1.2.3.4, 5.6.7.8\r\n"
            + "X-Forwarded-Host: evil\r\nX-Forwarded-Port: 1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Scheme: https\r\nX-Scheme: https\r\n"
            + "X-Original-Forwarded-For: evil\r\nProxy: http://evil\r\nX.Dot: evil\r\n\r\n");
        (await client.ReadHeadAsync()).ShouldNotBeNull();

        var fields = Fields(pod.Requests.ShouldHaveSingleItem().Split("\r\n"));
        fields["Host"].ShouldBe("a.test:99");
        fields["X-Request-ID"].ShouldBe("mine");
        fields["X-Real-IP"].ShouldBe("127.0.0.1");
        fields["X-Forwarded-For"].ShouldBe("127.0.0.1");
        fields["X-Forwarded-Host"].ShouldBe("a.test:99");
        fields["X-Forwarded-Proto"].ShouldBe("http");
        fields["X-Original-Forwarded-For"].ShouldBe("1.2.3.4, 5.6.7.8");
        pod.Requests[0].ShouldNotContain("evil");
        pod.Requests[0].ShouldNotContain("6.6.6.6");
    }

    [Fact]
    public async Task Forward_HopByHopFields_AreRemoved()
    {
        await using var pod = RawBackend.Text("");
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [pod.Port]);
        var client = await RawConnection.ConnectAsync(ingress.Port);

        await client.WriteAsync(
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: X-Hop\r\nX-Hop: gone\r\nKeep-Alive: gone\r\nTE: gone\r\nTrailer: gone\r\nProxy-Connection: gone\r\n"
            + "Upgrade: gone\r\nX-Kept: kept\r\nAccept: */*\r\nCookie: a=1\r\nAuthorization: Basic x\r\n\r\n");
        await client.ReadHeadAsync();

        var request = pod.Requests.ShouldHaveSingleItem();
        request.Split("\r\n").ShouldNotContain(line => line.EndsWith("gone", StringComparison.Ordinal), request);
        var fields = Fields(request.Split("\r\n"));
        fields["X-Kept"].ShouldBe("kept");
        fields["Accept"].ShouldBe("*/*");
        fields["Cookie"].ShouldBe("a=1");
        fields["Authorization"].ShouldBe("Basic x");
        fields.ShouldNotContainKey("Connection");
    }

    [Fact]
    public async Task Forward_FieldBytesAboveAscii_PassUnchangedBothWays()
    {
        await using var pod = RawBackend.Answer("HTTP/1.1 200 OK\r\nX-Back: caf\u00e9 \u00ff\r\nContent-Length: 0\r\n\r\n");
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [pod.Port]);
        var client = await RawConnection.ConnectAsync(ingress.Port);

        await client.WriteAsync("GET / HTTP/1.1\r\nHost: a\r\nX-There: caf\u00e9 \u00ff\r\n\r\n");
        var answer = await client.ReadHeadAsync();

        pod.Requests.ShouldHaveSingleItem().ShouldContain("X-There: caf\u00e9 \u00ff\r\n");
        answer.ShouldNotBeNull().ShouldContain("X-Back: caf\u00e9 \u00ff\r\n");
    }

    [Fact]
    public async Task Forward_Annotations_SetHostAndPrefix()
    {
        await using var pod = RawBackend.Text("");
        await using var ingress = (await IngressHarness.StartAsync())
            .Route("/", [pod.Port], ("upstream-vhost", "inner.test"), ("x-forwarded-prefix", "/outer"));

        await ingress.Client.GetStringAsync("/");

        var fields = Fields(pod.Requests.ShouldHaveSingleItem().Split("\r\n"));
        fields["Host"].ShouldBe("inner.test");
        fields["X-Forwarded-Host"].ShouldBe(ingress.Authority);
        fields["X-Forwarded-Prefix"].ShouldBe("/outer");
    }

    [Fact]
    public async Task Forward_Answer_KeepsWhatIsThePodsAndDropsWhatIsTheHops()
    {
        await using var pod = RawBackend.Answer(
            "HTTP/1.1 418 Short And Stout\r\nServer: pod\r\nDate: yesterday\r\nKeep-Alive: timeout=5\r\nX-Accel-Redirect: /etc/passwd\r\nX-Pad: x\r\n"
            + "Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nLocation: http://elsewhere/\r\nETag: \"x\"\r\nContent-Type: text/x\r\nContent-Length: 3\r\n\r\nabc");
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [pod.Port]);

        using var response = await ingress.Client.GetAsync("/");

        response.StatusCode.ShouldBe((HttpStatusCode)418);
        response.ReasonPhrase.ShouldBe("Short And Stout");
        response.Headers.GetValues("Set-Cookie").ShouldBe(["a=1", "b=2"]);
        response.Headers.Location.ShouldBe(new Uri("http://elsewhere/"));
        response.Headers.ETag!.Tag.ShouldBe("\"x\"");
        response.Content.Headers.ContentLength.ShouldBe(3);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/x");
        response.Headers.Date.ShouldNotBeNull();
        response.Headers.Contains("Server").ShouldBeFalse();
        response.Headers.Contains("Keep-Alive").ShouldBeFalse();
        response.Headers.Contains("X-Accel-Redirect").ShouldBeFalse();
        response.Headers.Contains("X-Pad").ShouldBeFalse();
        (await response.Content.ReadAsStringAsync()).ShouldBe("abc");
    }

    [Theory]
    [InlineData("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 200, 5L)]
    [InlineData("GET", "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n", 304, null)]
    [InlineData("DELETE", "HTTP/1.1 204 No Content\r\n\r\n", 204, null)]
    public async Task Forward_AnswerWithoutBody_EndsAtItsHead(string method, string answer, int status, long? length)
    {
        await using var pod = RawBackend.Answer(answer);
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [pod.Port]);

        for (var i = 0; i < 3; i++)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), "/");
            using var response = await ingress.Client.SendAsync(request);
            ((int)response.StatusCode).ShouldBe(status);
            if (length is not null)
            {
                response.Content.Headers.ContentLength.ShouldBe(length);
            }
        }

        pod.Connections.ShouldBe(1);
    }

    [Fact]
    public async Task Forward_InformationalAnswersBeforeTheFinalOne_AreSkipped()
    {
        await using var pod = RawBackend.Answer(
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [pod.Port]);

        (await ingress.Client.GetStringAsync("/")).ShouldBe("ok");
        (await ingress.Client.GetStringAsync("/")).ShouldBe("ok");
    }

    private static Dictionary<string, string> Fields(string[] lines) =>
        lines.Skip(1).TakeWhile(line => line.Length > 0).Select(line => line.Split(": ", 2)).ToDictionary(parts => parts[0], parts => parts[1]);
}
