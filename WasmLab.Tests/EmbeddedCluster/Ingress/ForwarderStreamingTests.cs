using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using WasmLab.Tests.EmbeddedCluster.Ingresses.Support;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Ingresses;

[Trait(Category.Name, Category.Unit)]
public sealed class ForwarderStreamingTests
{
    [Theory]
    [InlineData("Transfer-Encoding: chunked", "5\r\nfirst\r\n", "6\r\nsecond\r\n0\r\n\r\n")]
    [InlineData("Content-Length: 11", "first", "second")]
    [InlineData("Connection: close", "first", "second")]
    public async Task Get_PodSendsInParts_EachArrivesBeforeTheNextIsSent(string framing, string first, string second)
    {
        var goOn = new TaskCompletionSource();
        await using var pod = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.WriteAsync($"HTTP/1.1 200 OK\r\n{framing}\r\n\r\n");
            await connection.WriteAsync(first);
            await goOn.Task;
            await connection.WriteAsync(second);
            connection.Close();
        });
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [pod.Port]);
        using var response = await ingress.Client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead);
        await using var body = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[5];

        await body.ReadExactlyAsync(buffer);
        Encoding.ASCII.GetString(buffer).ShouldBe("first");
        goOn.SetResult();

        using var reader = new StreamReader(body);
        (await reader.ReadToEndAsync()).ShouldBe("second");
    }

    [Fact]
    public async Task Get_HeadersBeforeTheBody_ArriveAtOnce()
    {
        var goOn = new TaskCompletionSource();
        await using var pod = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nX-Early: yes\r\n\r\n");
            await goOn.Task;
            await connection.WriteAsync("x");
        });
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [pod.Port]);

        using var response = await ingress.Client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead);

        response.Headers.GetValues("X-Early").ShouldBe(["yes"]);
        goOn.SetResult();
        (await response.Content.ReadAsStringAsync()).ShouldBe("x");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Post_ClientSendsInParts_ThePodSeesEachBeforeTheNext(bool chunked)
    {
        var seen = new TaskCompletionSource<string>();
        await using var pod = RawBackend.Start(async connection =>
        {
            var head = await connection.ReadHeadAsync();
            head!.ShouldContain(chunked ? "Transfer-Encoding: chunked\r\n" : "Content-Length: 10\r\n");
            seen.SetResult(await connection.ReadAsync(chunked ? "5\r\nfirst\r\n".Length : 5));
            await connection.ReadAsync(chunked ? "5\r\nlater\r\n0\r\n\r\n".Length : 5);
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone");
        });
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [pod.Port]);
        var client = await RawConnection.ConnectAsync(ingress.Port);

        await client.WriteAsync($"POST / HTTP/1.1\r\nHost: a\r\n{(chunked ? "Transfer-Encoding: chunked" : "Content-Length: 10")}\r\n\r\n");
        await client.WriteAsync(chunked ? "5\r\nfirst\r\n" : "first");
        (await seen.Task.WaitAsync(TimeSpan.FromSeconds(30))).ShouldContain("first");
        await client.WriteAsync(chunked ? "5\r\nlater\r\n0\r\n\r\n" : "later");

        (await client.ReadHeadAsync()).ShouldNotBeNull().ShouldStartWith("HTTP/1.1 200 OK");
        (await client.ReadAsync(4)).ShouldBe("done");
    }

    [Fact]
    public async Task Post_PodAnswersWhileTheBodyIsOnItsWay_BothDirectionsRun()
    {
        await using var pod = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (var i = 0; i < 3; i++)
            {
                var part = await connection.ReadAsync("1\r\nx\r\n".Length);
                await connection.WriteAsync(part);
            }

            await connection.ReadAsync("0\r\n\r\n".Length);
            await connection.WriteAsync("0\r\n\r\n");
        });
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [pod.Port]);
        var client = await RawConnection.ConnectAsync(ingress.Port);
        await client.WriteAsync("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
        await client.ReadHeadAsync();

        foreach (var letter in "abc")
        {
            await client.WriteAsync($"1\r\n{letter}\r\n");
            (await client.ReadAsync(6)).ShouldBe($"1\r\n{letter}\r\n");
        }

        await client.WriteAsync("0\r\n\r\n");
        (await client.ReadAsync(5)).ShouldBe("0\r\n\r\n");
    }

    [Fact]
    public async Task Post_PodAnswersAndClosesWithoutReadingTheBody_ItsAnswerArrives()
    {
        await using var pod = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.WriteAsync("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno");
            await connection.ReadToEndAsync();
        });
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [pod.Port], ("proxy-body-size", "0"));
        var client = await RawConnection.ConnectAsync(ingress.Port);

        await client.WriteAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\nsome");

        (await client.ReadHeadAsync()).ShouldNotBeNull().ShouldStartWith("HTTP/1.1 403 Forbidden");
        (await client.ReadAsync(2)).ShouldBe("no");
    }

    [Fact]
    public async Task Post_ExpectContinue_IsAnsweredByTheIngressWhenThePodTakesIt()
    {
        await using var pod = RawBackend.Start(async connection =>
        {
            (await connection.ReadHeadAsync()).ShouldNotBeNull().ShouldNotContain("Expect");
            (await connection.ReadAsync(4)).ShouldBe("body");
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        });
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [pod.Port]);
        var client = await RawConnection.ConnectAsync(ingress.Port);

        await client.WriteAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
        (await client.ReadHeadAsync()).ShouldBe("HTTP/1.1 100 Continue\r\n\r\n");
        await client.WriteAsync("body");

        (await client.ReadHeadAsync()).ShouldNotBeNull().ShouldStartWith("HTTP/1.1 200 OK");
    }

    [Fact]
    public async Task Post_ExpectContinueWithoutEndpoints_IsRefusedWithoutTheBody()
    {
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", []);
        var client = await RawConnection.ConnectAsync(ingress.Port);

        await client.WriteAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");

        (await client.ReadHeadAsync()).ShouldNotBeNull().ShouldStartWith("HTTP/1.1 503 ");
    }

    [Fact]
    public async Task Get_TrailersForAnHttp2Client_ReachIt()
    {
        await using var pod = RawBackend.Answer(
            "HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n2;ext=1\r\nok\r\n0\r\nX-Sum: 42\r\nContent-Length: 9\r\n\r\n");
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [pod.Port]);

        for (var i = 0; i < 2; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            using var response = await ingress.Client.SendAsync(request);
            (await response.Content.ReadAsStringAsync()).ShouldBe("ok");
            response.TrailingHeaders.GetValues("X-Sum").ShouldBe(["42"]);
            response.TrailingHeaders.Contains("Content-Length").ShouldBeFalse();
        }

        pod.Connections.ShouldBe(1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Post_TenMegabytesEchoed_ComeBackUnchanged(bool http2)
    {
        await using var pod = await EchoAsync();
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [PortOf(pod)], ("proxy-body-size", "20m"));
        var data = new byte[10_000_000];
        Random.Shared.NextBytes(data);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/")
        {
            Content = new ByteArrayContent(data),
            Version = http2 ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        using var response = await ingress.Client.SendAsync(request);

        response.Version.ShouldBe(request.Version);
        (await response.Content.ReadAsByteArrayAsync()).ShouldBe(data);
    }

    [Fact]
    public async Task Get_Http2WithPriorKnowledge_SharesThePort()
    {
        await using var pod = RawBackend.Answer("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok");
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [pod.Port]);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(async number =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/" + number) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            request.Headers.Add("Cookie", "a=1");
            request.Headers.Add("Cookie", "b=2");
            using var response = await ingress.Client.SendAsync(request);
            return await response.Content.ReadAsStringAsync();
        }));

        answers.ShouldAllBe(answer => answer == "ok");
        (await ingress.Client.GetStringAsync("/one-one")).ShouldBe("ok");
        pod.Requests.ShouldContain(head => head.StartsWith("GET /7 HTTP/1.1\r\n", StringComparison.Ordinal) && head.Contains($"Host: {ingress.Authority}\r\n"));
        pod.Requests.Where(head => head.Contains("Cookie")).ShouldAllBe(head => head.Contains("Cookie: a=1; b=2\r\n"));
        (await ingress.WaitForLogAsync("HTTP/2.0")).ShouldContain("\"GET /7 HTTP/2.0\" 200");
    }

    private static async Task<WebApplication> EchoAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0));
        var application = builder.Build();
        application.Run(async context =>
        {
            context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = null;
            // The client reads nothing before it has sent everything.
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            await context.Response.Body.WriteAsync(body.GetBuffer().AsMemory(0, (int)body.Length));
        });
        await application.StartAsync();
        return application;
    }

    private static int PortOf(WebApplication application) =>
        new Uri(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
}
