using System.Text.RegularExpressions;
using WasmLab.Tests.EmbeddedCluster.Ingresses.Support;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Ingresses;

[Trait(Category.Name, Category.Unit)]
public sealed class AccessLogTests
{
    [Fact]
    public async Task Get_Served_IsOneLineInTheFormatOfIngressNginx()
    {
        await using var pod = RawBackend.Text("hello");
        await using var ingress = (await IngressHarness.StartAsync()).Route("/web", [pod.Port]);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/web/x?y=z");
        request.Headers.Add("User-Agent", "test/1 (x)");
        request.Headers.Add("Referer", "http://r/");
        request.Headers.Add("X-Request-ID", "req1");
        using var response = await ingress.Client.SendAsync(request);

        var line = await ingress.WaitForLogAsync("req1");

        line.ShouldMatch(
            @"^127\.0\.0\.1 - - \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] ""GET /web/x\?y=z HTTP/1\.1"" 200 5 ""http://r/"" ""test/1 \(x\)"" \d+ \d+\.\d{3} "
            + $@"\[test-web0-80\] \[\] 127\.0\.0\.1:{pod.Port} 5 \d+\.\d{{3}} 200 req1\n$");
    }

    [Fact]
    public async Task Get_HostileBytes_CannotForgeALine()
    {
        await using var pod = RawBackend.Text("");
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [pod.Port]);
        var client = await RawConnection.ConnectAsync(ingress.Port);
        await client.WriteAsync("GET /\"x HTTP/1.1\r\nHost: a\r\nUser-Agent: a\" 200 \\ \u00e9\tb\r\nX-Request-ID: id\r\n\r\n");
        await client.ReadHeadAsync();

        var line = await ingress.WaitForLogAsync(" id\n");

        line.ShouldContain("\"GET /\\x22x HTTP/1.1\"");
        line.ShouldContain("\"a\\x22 200 \\x5C \\xE9\\x09b\"");
    }

    [Fact]
    public async Task Get_AccessLogIsOffForTheIngress_WritesNothing()
    {
        await using var pod = RawBackend.Text("");
        await using var ingress = (await IngressHarness.StartAsync())
            .Route("/silent", [pod.Port], ("enable-access-log", "false"))
            .Route("/loud", [pod.Port]);

        await ingress.Client.GetStringAsync("/silent");
        await ingress.Client.GetStringAsync("/loud");

        (await ingress.WaitForLogAsync("/loud")).ShouldNotContain("/silent");
    }

    [Fact]
    public async Task Get_FasterThanTheLimit_CountsWhatItLeavesOut()
    {
        await using var ingress = await IngressHarness.StartAsync();
        const int Requests = 1000;

        for (var i = 0; i < Requests; i++)
        {
            using var response = await ingress.Client.GetAsync("/");
        }

        int Sum(string log) =>
            Regex.Count(log, "\"GET / HTTP/1.1\" 404") + Regex.Matches(log, @"access log: (\d+) more").Sum(match => int.Parse(match.Groups[1].Value));
        await Wait.UntilAsync("every request is a line or counted", () => Sum(ingress.ReadAccessLog()) == Requests);
    }
}
