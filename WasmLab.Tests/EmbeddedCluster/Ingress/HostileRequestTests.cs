using WasmLab.Tests.EmbeddedCluster.Ingresses.Support;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Ingresses;

/// <summary>What no well-meaning client sends. The pod must see either one clean request or none.</summary>
[Trait(Category.Name, Category.Unit)]
public sealed class HostileRequestTests
{
    private const string Smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

    public static TheoryData<string, string> Refused => new()
    {
        { "length and chunks", $"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{Smuggled}" },
        { "two lengths", $"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: {Smuggled.Length}\r\n\r\n{Smuggled}" },
        { "a list of lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\nabcde" },
        { "a negative length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\nabcde" },
        { "an unknown coding", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" },
        { "chunks not last", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" },
        { "a folded field", "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n" },
        { "a space before the colon", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\n" },
        { "a field without a colon", "GET / HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n" },
        { "a zero byte in a field", "GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n" },
        { "a bare carriage return in a field", "GET / HTTP/1.1\r\nHost: a\r\nX: a\rGET /smuggled\r\n\r\n" },
        { "no host", "GET / HTTP/1.1\r\n\r\n" },
        { "two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" },
        { "a bad host", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n" },
        { "a host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n" },
        { "a zero byte in the path", "GET /a%00b HTTP/1.1\r\nHost: a\r\n\r\n" },
        { "a path above the root", "GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n" },
        { "an escaped path above the root", "GET /%2e%2e/etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n" },
        { "a bad escape", "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n" },
        { "a target without a slash", "GET smuggled HTTP/1.1\r\nHost: a\r\n\r\n" },
        { "an asterisk", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n" },
        { "a tunnel", "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n" },
        { "huge headers", $"GET / HTTP/1.1\r\nHost: a\r\nX: {new string('x', 1_000_000)}\r\n\r\n" },
        { "a huge target", $"GET /{new string('x', 100_000)} HTTP/1.1\r\nHost: a\r\n\r\n" },
        { "very many headers", $"GET / HTTP/1.1\r\nHost: a\r\n{string.Concat(Enumerable.Range(0, 2000).Select(number => $"X{number}: x\r\n"))}\r\n" },
        { "no version", "GET /\r\n\r\n" },
        { "another protocol", "SSH-2.0-OpenSSH_9\r\n\r\n" },
        { "a TLS hello", "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003\r\n\r\n" },
        { "half a preface", "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Send_HostileRequest_IsRefusedAndThePodSeesNothing(string what, string bytes)
    {
        await using var pod = RawBackend.Text("ok");
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [pod.Port]);
        var client = await RawConnection.ConnectAsync(ingress.Port);

        try
        {
            await client.WriteAsync(bytes);
        }
        catch (System.Net.Sockets.SocketException)
        {
            // It has hung up in the middle of it.
        }

        var answer = await client.ReadHeadAsync();
        if (answer is not null)
        {
            answer.ShouldMatch("^HTTP/1.1 4[0-9][0-9] ", what);
        }

        pod.Requests.ShouldBeEmpty(what);
        (await ingress.Client.GetStringAsync("/")).ShouldBe("ok", "and it still serves others");
    }

    [Fact]
    public async Task Send_ChunksThatBreakOff_ThePodDoesNotSeeAWholeBody()
    {
        var body = new TaskCompletionSource<string>();
        await using var pod = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            body.TrySetResult(await connection.ReadToEndAsync());
        });
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [pod.Port]);
        var client = await RawConnection.ConnectAsync(ingress.Port);

        await client.WriteAsync("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nnonsense\r\n");

        (await client.ReadHeadAsync()).ShouldNotBeNull().ShouldStartWith("HTTP/1.1 400 ");
        (await body.Task.WaitAsync(TimeSpan.FromSeconds(30))).ShouldNotContain("0\r\n\r\n");
    }

    [Fact]
    public async Task Send_BodyThatLooksLikeARequest_StaysABody()
    {
        await using var pod = RawBackend.Start(async connection =>
        {
            while (await connection.ReadHeadAsync() is { } head)
            {
                if (head.StartsWith("POST", StringComparison.Ordinal))
                {
                    (await connection.ReadAsync(Smuggled.Length)).ShouldBe(Smuggled);
                }

                await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            }
        });
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [pod.Port]);

        using var posted = await ingress.Client.PostAsync("/", new StringContent(Smuggled));
        await ingress.Client.GetStringAsync("/next");

        pod.Requests.Select(head => head.Split(' ')[1]).ShouldBe(["/", "/next"]);
    }

    [Fact]
    public async Task Send_LengthWithASign_ReachesThePodWithoutIt()
    {
        await using var pod = RawBackend.Start(async connection =>
        {
            while (await connection.ReadHeadAsync() is not null)
            {
                (await connection.ReadAsync(5)).ShouldBe("abcde");
                await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            }
        });
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [pod.Port]);
        var client = await RawConnection.ConnectAsync(ingress.Port);

        await client.WriteAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nabcde");

        (await client.ReadHeadAsync()).ShouldNotBeNull().ShouldStartWith("HTTP/1.1 200 ");
        pod.Requests.ShouldHaveSingleItem().ShouldContain("Content-Length: 5\r\n");
    }

    [Fact]
    public async Task Send_PipelinedRequests_AreAnsweredInOrder()
    {
        await using var pod = RawBackend.Start(async connection =>
        {
            while (await connection.ReadHeadAsync() is { } head)
            {
                await connection.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{head.Split(' ')[1]}");
            }
        });
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [pod.Port]);
        var client = await RawConnection.ConnectAsync(ingress.Port);

        await client.WriteAsync(string.Concat("abc".Select(letter => $"GET /{letter} HTTP/1.1\r\nHost: a\r\n\r\n")));

        foreach (var letter in "abc")
        {
            (await client.ReadHeadAsync()).ShouldNotBeNull();
            (await client.ReadAsync(2)).ShouldBe("/" + letter);
        }
    }

    [Fact]
    public async Task Send_AbsoluteTarget_RoutesByIt()
    {
        await using var pod = RawBackend.Text("ok");
        await using var ingress = (await IngressHarness.StartAsync()).Route("/web(/|$)(.*)", [pod.Port], ("rewrite-target", "/$2"));
        var client = await RawConnection.ConnectAsync(ingress.Port);

        await client.WriteAsync("GET http://a.test/web/x?y HTTP/1.1\r\nHost: a.test\r\n\r\n");

        (await client.ReadHeadAsync()).ShouldNotBeNull().ShouldStartWith("HTTP/1.1 200 ");
        pod.Requests.ShouldHaveSingleItem().ShouldStartWith("GET /x?y HTTP/1.1\r\nHost: a.test\r\n");
    }

    [Fact]
    public async Task Send_Http10WithoutHost_IsServedAndClosed()
    {
        await using var pod = RawBackend.Answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n");
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [pod.Port]);
        var client = await RawConnection.ConnectAsync(ingress.Port);

        await client.WriteAsync("GET / HTTP/1.0\r\n\r\n");

        (await client.ReadHeadAsync()).ShouldNotBeNull().ShouldNotContain("chunked");
        (await client.ReadToEndAsync()).ShouldBe("ok");
    }
}
