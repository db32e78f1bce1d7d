using System.Net;
using Aspire.Hosting.ApplicationModel;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedAspire.Dashboard;

[Trait(Category.Name, Category.Unit)]
public sealed class PageTests
{
    [Theory]
    [InlineData("/", "vcluster-native", "Running (Unhealthy)", "http://localhost:8080/native/get?foo=bar", "wasmlab/httpbin:runtime")]
    [InlineData("/?filter=shim", "Finished", "wasmedgev1")]
    [InlineData("/?view=Graph", "<path class=\"edge", "comparison, Waiting")]
    [InlineData("/?resource=embed", "The ingress answered 503", "HttpRequestException", "Child of", "Waits for", "vcluster-embed")]
    [InlineData("/?resource=cluster", "KUBECONFIG", "Kubernetes API", "Awaited by")]
    [InlineData("/consolelogs/resource/ingress", "<span class=\"fg2\">info</span>", "&lt;script&gt;alert(&#39;not run&#39;)", "upstream refused")]
    [InlineData("/structuredlogs", "No endpoints for service", "Warning", "Upstream &lt;b&gt;refused")]
    [InlineData("/structuredlogs?level=Error", "Connection refused", "1 entry")]
    [InlineData("/structuredlogs?text=service%3Dembed", "1 entry", "No endpoints")]
    [InlineData("/structuredlogs?log=1", "WasmLab.Ingress.Proxy", "View trace")]
    [InlineData("/traces", "GET /embed", "1 error", "31ms")]
    [InlineData("/traces?errors=1", "1 trace")]
    [InlineData("/traces/detail/" + SampleLab.TraceId, "native-x-default-x-native", "9.2ms", "match route", "View logs (1)")]
    [InlineData("/traces/detail/" + SampleLab.TraceId + "?span=0000000000000003", "http.response.status_code", "Client")]
    [InlineData("/traces/detail/unknown", "There is no trace unknown")]
    [InlineData("/metrics", "http.server.request.duration", "P99", "http.route=/native", "<path class=\"line s0\" d=\"M")]
    [InlineData("/metrics?resource=ingress&meter=Microsoft.AspNetCore.Hosting&instrument=http.server.active_requests", "Requests in flight", "method=HEAD")]
    public async Task Page_SampleLab_ShowsIt(string path, params string[] expected)
    {
        await using var server = await FrontendServer.StartAsync();
        using var client = await server.LogInAsync();

        var response = await client.GetAsync(path, TestContext.Current.CancellationToken);
        var html = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        foreach (var text in expected)
        {
            html.ShouldContain(text);
        }
    }

    [Fact]
    public async Task Page_NothingYet_SaysSo()
    {
        await using var server = await FrontendServer.StartAsync(new FakeDashboardClient());
        using var client = await server.LogInAsync();

        foreach (var path in new[] { "/", "/consolelogs", "/structuredlogs", "/traces", "/metrics" })
        {
            (await client.GetStringAsync(path, TestContext.Current.CancellationToken)).ShouldContain("class=\"empty\"");
        }
    }

    [Fact]
    public async Task Resources_UrlThatWouldRunAScript_IsNoLink()
    {
        var fake = new FakeDashboardClient { Resources = [SampleLab.Resource("bad", "Box", "Box", null, url: "javascript:alert(1)")] };
        await using var server = await FrontendServer.StartAsync(fake);
        using var client = await server.LogInAsync();

        (await client.GetStringAsync("/?resource=bad", TestContext.Current.CancellationToken)).ShouldNotContain("href=\"javascript:");
    }

    [Fact]
    public async Task Details_EnvironmentVariable_IsMasked()
    {
        await using var server = await FrontendServer.StartAsync();
        using var client = await server.LogInAsync();

        (await client.GetStringAsync("/?resource=cluster", TestContext.Current.CancellationToken)).ShouldContain("<code hidden>s3cr3t-value</code>");
    }

    [Fact]
    public async Task Command_WithAntiforgery_IsExecutedAndAnswered()
    {
        await using var server = await FrontendServer.StartAsync();
        server.Client.OnExecute = (_, _) => new ExecuteCommandResult { Success = true, Message = "done", Data = new CommandResultData { Value = "kubectl apply -f x.yaml" } };
        using var client = await server.LogInAsync();

        var (status, body) = await PostAsync(client, "/commands", ("resource", "native"), ("command", "resource-restart"), ("__antiforgery", server.Session.Antiforgery));

        status.ShouldBe(HttpStatusCode.OK);
        body.ShouldContain("Restart native succeeded");
        body.ShouldContain("kubectl apply -f x.yaml");
        server.Client.Executed.ShouldBe([("native", "resource-restart")]);
    }

    [Fact]
    public async Task Command_ThatThrows_AnswersWhatFailed()
    {
        await using var server = await FrontendServer.StartAsync();
        server.Client.OnExecute = (_, _) => throw new InvalidOperationException("the shim is gone");
        using var client = await server.LogInAsync();

        var (_, body) = await PostAsync(client, "/commands", ("resource", "native"), ("command", "remove"), ("__antiforgery", server.Session.Antiforgery));

        body.ShouldContain("Remove native failed");
        body.ShouldContain("the shim is gone");
    }

    [Fact]
    public async Task Command_WithoutAntiforgery_IsRefused()
    {
        await using var server = await FrontendServer.StartAsync();
        using var client = await server.LogInAsync();

        var (status, _) = await PostAsync(client, "/commands", ("resource", "native"), ("command", "resource-restart"));

        status.ShouldBe(HttpStatusCode.BadRequest);
        server.Client.Executed.ShouldBeEmpty();
    }

    [Fact]
    public async Task ConsoleDownload_ColouredLines_AreText()
    {
        await using var server = await FrontendServer.StartAsync();
        using var client = await server.LogInAsync();

        var text = await client.GetStringAsync("/consolelogs/resource/ingress/download", TestContext.Current.CancellationToken);

        text.ShouldContain("Z info: Proxy[1] listening");
        text.ShouldNotContain("\u001b");
    }

    private static async Task<(HttpStatusCode Status, string Body)> PostAsync(HttpClient client, string path, params (string Name, string Value)[] fields)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))),
            Headers = { { "Accept", "application/json" } },
        };
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
