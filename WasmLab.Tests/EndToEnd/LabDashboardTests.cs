using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EndToEnd;

/// <summary>The running lab as a browser shows it. What breaks a lab breaks one of its own.</summary>
[Collection(LabCollection.Name)]
[Trait(Category.Name, Category.Browser)]
public sealed class LabDashboardTests(LabFixture fixture, BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    /// <summary>Milliseconds; a healthy resource is asked every 30 seconds only.</summary>
    private const float HealthTimeout = 90_000;

    private static readonly string[] Steps =
        ["cluster", "wasm-shim", "ingress", "vcluster-native", "vcluster-embed", "vcluster-runtime", "native", "embed", "runtime"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task PrintedLink_Opened_ShowsEveryResourceHealthy()
    {
        var page = await browser.NewPageAsync();

        await page.GotoAsync(fixture.Lab.Dashboard);

        page.Url.ShouldNotContain("t=");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Resources" })).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("tbody tr")).ToHaveCountAsync(Steps.Length + 1);
        foreach (var name in (string[])[.. Steps, "cluster-node"])
        {
            if (NativeFlavor.IsPrebuilt || name != "native")
            {
                await ExpectHealthyAsync(page, name, name == "wasm-shim" ? "Finished" : "Running");
            }
        }
    }

    [Fact]
    public async Task Traces_BringUp_HasASpanForEachStep()
    {
        var page = await OpenAsync(fixture.Lab, "/traces");
        await page.GetByLabel("Filter traces").FillAsync("bring up the lab");

        await page.GetByRole(AriaRole.Link, new() { Name = "apphost: bring up the lab" }).ClickAsync();

        await Assertions.Expect(page.Locator("tr.depth0")).ToHaveCountAsync(1);
        foreach (var step in Steps)
        {
            await Assertions.Expect(page.Locator("tr.depth1").GetByRole(AriaRole.Link, new() { Name = step, Exact = true })).ToHaveCountAsync(1);
        }

        // The steps' own requests, not the polling and probing around them.
        (await page.GetByRole(AriaRole.Row).CountAsync()).ShouldBeLessThan(200);
    }

    [Fact]
    public async Task Traces_RequestOfAFlavor_GoesFromTheIngressToThePod()
    {
        var traceId = ActivityTraceId.CreateRandom().ToHexString();
        using var request = new HttpRequestMessage(HttpMethod.Get, fixture.Lab.AddressOf("runtime"));
        request.Headers.Add("traceparent", $"00-{traceId}-{ActivitySpanId.CreateRandom().ToHexString()}-01");
        using var response = await fixture.Http.SendAsync(request, Token);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(Token))!;
        var page = await OpenAsync(fixture.Lab, "/traces");

        await page.GetByLabel("Filter traces").FillAsync(traceId);
        await page.Locator($"#trace-{traceId}").GetByRole(AriaRole.Link).First.ClickAsync();

        await Assertions.Expect(page.Locator("tr.depth0")).ToContainTextAsync("GET /runtime");
        var pod = page.Locator("tr.depth1");
        await Assertions.Expect(pod).ToHaveCountAsync(1);
        var parent = answer["headers"]!["traceparent"]!.GetValue<string>().Split('-');
        parent[1].ShouldBe(traceId);
        (await pod.GetAttributeAsync("id")).ShouldBe($"span-{parent[2]}");
        await pod.GetByRole(AriaRole.Link).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Complementary)).ToContainTextAsync(new Regex(@"127\.\d+\.\d+\.\d+"));
    }

    [Fact]
    public async Task Traces_HealthIsProbed_ShowsNoTraceOfIt()
    {
        var page = await OpenAsync(fixture.Lab, "/traces");
        // Other tests ask the same lab, and the page shows the newest traces: the bring-up may be beyond them.
        await Assertions.Expect(page.Locator("[id^=trace-]").First).ToBeVisibleAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "cluster-node: GET", Exact = true })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Console_FlavorRestarted_ShowsItsLinesAsTheyCome()
    {
        var console = await OpenAsync(fixture.Lab, "/consolelogs/resource/embed");
        var log = console.GetByRole(AriaRole.Log);
        await Assertions.Expect(log).ToContainTextAsync("pod/embed: Ready");
        var listening = log.GetByText("listening on");
        var before = await listening.CountAsync();
        await console.EvaluateAsync("window.notReloaded = true");
        var resources = await OpenAsync(fixture.Lab, "/");

        await resources.GetByRole(AriaRole.Button, new() { Name = "Restart embed" }).ClickAsync();

        await Assertions.Expect(log.GetByText("kubectl --context embed delete pod embed").Last).ToBeVisibleAsync();
        await Assertions.Expect(listening).ToHaveCountAsync(before + 1);
        (await console.EvaluateAsync<bool>("window.notReloaded")).ShouldBeTrue();
        await Assertions.Expect(resources.GetByText("Restart embed succeeded")).ToBeVisibleAsync();
        await WaitForAnswerAsync(fixture.Lab, "embed");
    }

    [Fact]
    public async Task Console_OfTheNode_ShowsARequestAsItComes()
    {
        var page = await OpenAsync(fixture.Lab, "/consolelogs/resource/cluster-node");
        var log = page.GetByRole(AriaRole.Log);
        await Assertions.Expect(log.Locator(".line").First).ToBeVisibleAsync();
        var id = Guid.NewGuid().ToString("N");

        using var response = await fixture.Http.GetAsync(new Uri(fixture.Lab.AddressOf("runtime"), $"/runtime/get?id={id}"), Token);

        await Assertions.Expect(log).ToContainTextAsync($"\"GET /runtime/get?id={id} HTTP/1.1\" 200");
    }

    [Fact]
    public async Task RemoveHandler_RuntimeRestarted_WaitsWithTheNodesReasonUntilItIsInstalledAgain()
    {
        await using var lab = await StartLabAsync();
        var page = await OpenAsync(lab, "/?resource=runtime");
        await Assertions.Expect(Property(page, "Pod")).ToHaveTextAsync("Ready");

        await ChooseAsync(page, "wasm-shim", "Remove handler");
        await page.GetByRole(AriaRole.Button, new() { Name = "Yes" }).ClickAsync();
        await Assertions.Expect(State(page, "wasm-shim")).ToHaveTextAsync("Removed");
        await page.GetByRole(AriaRole.Button, new() { Name = "Restart runtime" }).ClickAsync();

        await Assertions.Expect(Property(page, "Pod")).ToContainTextAsync("no runtime for \"wasmedgev1\" is configured");
        await Assertions.Expect(State(page, "runtime")).ToHaveTextAsync("Running (Unhealthy)", new() { Timeout = HealthTimeout });

        await ChooseAsync(page, "wasm-shim", "Install handler");

        await ExpectHealthyAsync(page, "wasm-shim", "Finished");
        await Assertions.Expect(Property(page, "Pod")).ToHaveTextAsync("Ready");
        await ExpectHealthyAsync(page, "runtime", "Running");
        await WaitForAnswerAsync(lab, "runtime");
    }

    [Fact]
    public async Task ShimKilled_RuntimeShowsTheRestartAndIsHealthyAgain()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The process table is read from /proc.");
        await using var lab = await StartLabAsync();
        var page = await OpenAsync(lab, "/?resource=runtime");
        await Assertions.Expect(Property(page, "Restarts")).ToHaveTextAsync("0");
        var shim = lab.Processes().Where(process => process.CommandLine.Contains("wasmlab-shim.dll serve", StringComparison.Ordinal))
            .ShouldHaveSingleItem();

        UnixSignal.Send(shim.Id, "KILL");

        await Assertions.Expect(Property(page, "Restarts")).ToHaveTextAsync(new Regex("^[1-9][0-9]*$"));
        await Assertions.Expect(Property(page, "Pod")).ToHaveTextAsync("Ready");
        await ExpectHealthyAsync(page, "runtime", "Running");
        await WaitForAnswerAsync(lab, "runtime");
    }

    private static async Task ExpectHealthyAsync(IPage page, string resource, string state)
    {
        await Assertions.Expect(State(page, resource)).ToHaveTextAsync(state, new() { Timeout = HealthTimeout });
        await Assertions.Expect(page.Locator($"#row-{resource} .state-cell .icon.success")).ToHaveCountAsync(1);
    }

    private static ILocator State(IPage page, string resource) => page.Locator($"#row-{resource} .state-cell");

    /// <summary>A property's value in the details that are open.</summary>
    private static ILocator Property(IPage page, string name) =>
        page.GetByRole(AriaRole.Complementary).Locator("tr", new() { Has = page.GetByRole(AriaRole.Rowheader, new() { Name = name, Exact = true }) })
            .Locator(".value > span");

    private static async Task ChooseAsync(IPage page, string resource, string command)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = $"Actions for {resource}", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = command }).ClickAsync();
    }

    private static Task WaitForAnswerAsync(LabProcess lab, string flavor) =>
        Wait.UntilAsync($"{flavor} answers", async () =>
        {
            using var http = new HttpClient();
            try
            {
                using var response = await http.GetAsync(lab.AddressOf(flavor), Token);
                return response.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });

    private async Task<LabProcess> StartLabAsync()
    {
        browser.SkipWithoutBrowser();
        return await LabProcess.StartReadyAsync(Token);
    }

    private async Task<IPage> OpenAsync(LabProcess lab, string path)
    {
        var page = await browser.NewPageAsync();
        await page.GotoAsync($"{lab.Dashboard}&returnUrl={Uri.EscapeDataString(path)}");
        return page;
    }
}
