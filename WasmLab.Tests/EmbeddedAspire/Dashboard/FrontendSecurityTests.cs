using System.Net;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedAspire.Dashboard;

[Trait(Category.Name, Category.Unit)]
public sealed class FrontendSecurityTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/live")]
    [InlineData("/consolelogs/resource/ingress/stream")]
    [InlineData("/consolelogs/resource/ingress/download")]
    [InlineData("/traces")]
    public async Task Get_WithoutSession_IsRefused(string path)
    {
        await using var server = await FrontendServer.StartAsync();
        using var client = server.CreateClient();

        using var response = await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Page_WithoutSession_LeadsToTheLoginAndBack()
    {
        await using var server = await FrontendServer.StartAsync();
        using var client = server.CreateClient();
        client.DefaultRequestHeaders.Add("Accept", "text/html");

        using var refused = await client.GetAsync("/traces?errors=1", TestContext.Current.CancellationToken);
        refused.Headers.Location!.ToString().ShouldBe("/login?returnUrl=%2Ftraces%3Ferrors%3D1");
        using var loggedIn = await client.GetAsync($"{refused.Headers.Location}&t={FrontendServer.Token}", TestContext.Current.CancellationToken);

        loggedIn.Headers.Location!.ToString().ShouldBe("/traces?errors=1");
        var cookie = loggedIn.Headers.GetValues("Set-Cookie").ShouldHaveSingleItem();
        cookie.ShouldContain("httponly");
        cookie.ShouldContain("samesite=lax");
        cookie.ShouldNotContain(FrontendServer.Token);
    }

    [Theory]
    [InlineData("https://elsewhere.example/")]
    [InlineData("//elsewhere.example/")]
    [InlineData("/\\elsewhere.example/")]
    [InlineData("elsewhere")]
    public async Task Login_ReturnAddressElsewhere_StaysHere(string returnUrl)
    {
        await using var server = await FrontendServer.StartAsync();
        using var client = server.CreateClient();

        using var response = await client.GetAsync($"/login?t={FrontendServer.Token}&returnUrl={Uri.EscapeDataString(returnUrl)}", TestContext.Current.CancellationToken);

        response.Headers.Location!.ToString().ShouldBe("/");
    }

    [Fact]
    public async Task Login_WrongToken_SetsNoCookie()
    {
        await using var server = await FrontendServer.StartAsync();
        using var client = server.CreateClient();

        using var response = await client.GetAsync("/login?t=guess", TestContext.Current.CancellationToken);

        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        response.Headers.Contains("Set-Cookie").ShouldBeFalse();
    }

    [Theory]
    [InlineData("localhost", HttpStatusCode.OK)]
    [InlineData("127.0.0.1:1234", HttpStatusCode.OK)]
    [InlineData("[::1]", HttpStatusCode.OK)]
    [InlineData("rebound.example", HttpStatusCode.MisdirectedRequest)]
    [InlineData("localhost.example", HttpStatusCode.MisdirectedRequest)]
    public async Task Request_HostName_MustBeLoopback(string host, HttpStatusCode expected)
    {
        await using var server = await FrontendServer.StartAsync();
        using var client = await server.LogInAsync();
        client.DefaultRequestHeaders.Host = host;

        using var response = await client.GetAsync("/login", TestContext.Current.CancellationToken);

        (response.StatusCode == HttpStatusCode.Redirect ? HttpStatusCode.OK : response.StatusCode).ShouldBe(expected);
    }

    [Fact]
    public async Task Page_Headers_ForbidInlineScriptsAndFrames()
    {
        await using var server = await FrontendServer.StartAsync();
        using var client = await server.LogInAsync();

        using var response = await client.GetAsync("/", TestContext.Current.CancellationToken);
        var html = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        var policy = response.Headers.GetValues("Content-Security-Policy").ShouldHaveSingleItem();
        policy.ShouldStartWith("default-src 'none'");
        policy.ShouldContain("frame-ancestors 'none'");
        policy.ShouldNotContain("unsafe-inline");
        html.ShouldNotContain(" style=\"");
        html.ShouldNotContain(" onclick=");
    }
}
