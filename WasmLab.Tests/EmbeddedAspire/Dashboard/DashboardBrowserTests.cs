using System.Text.RegularExpressions;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Playwright;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedAspire.Dashboard;

[Trait(Category.Name, Category.Browser)]
public sealed class DashboardBrowserTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    [Fact]
    public async Task Login_TokenIntoTheForm_OpensResources()
    {
        await using var server = await FrontendServer.StartAsync();
        var page = await browser.NewPageAsync();
        await page.GotoAsync(server.Url);

        await page.GetByLabel("Token").FillAsync("wrong");
        await page.GetByRole(AriaRole.Button, new() { Name = "Log in" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("not the token");
        await page.GetByLabel("Token").FillAsync(FrontendServer.Token);
        await page.GetByRole(AriaRole.Button, new() { Name = "Log in" }).ClickAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Resources" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Resources_StateChanges_IsSeenWithoutReload()
    {
        await using var server = await FrontendServer.StartAsync();
        var page = await OpenAsync(server, "/");
        var row = page.GetByRole(AriaRole.Row).Filter(new() { HasText = "comparison" });
        await Assertions.Expect(row).ToContainTextAsync("Waiting");

        server.Client.Change("comparison", snapshot => snapshot with { State = KnownResourceStates.Running });

        await Assertions.Expect(row).ToContainTextAsync("Running");
    }

    [Fact]
    public async Task Resources_FilterTyped_LeavesMatchingRows()
    {
        await using var server = await FrontendServer.StartAsync();
        var page = await OpenAsync(server, "/");

        await page.GetByLabel("Filter resources").FillAsync("vcluster");

        await Assertions.Expect(page.Locator("tbody tr")).ToHaveCountAsync(3);
        page.Url.ShouldContain("filter=vcluster");
    }

    [Fact]
    public async Task Command_WithConfirmation_AsksAndShowsTheResult()
    {
        await using var server = await FrontendServer.StartAsync();
        server.Client.OnExecute = (_, _) => new ExecuteCommandResult { Success = false, Message = "the shim is gone" };
        var page = await OpenAsync(server, "/");

        await page.GetByRole(AriaRole.Button, new() { Name = "Actions for runtime", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Menuitem, new() { Name = "Remove" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("Remove runtime?");
        server.Client.Executed.ShouldBeEmpty();
        await page.GetByRole(AriaRole.Button, new() { Name = "Yes" }).ClickAsync();

        await Assertions.Expect(page.GetByText("Remove runtime failed")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("the shim is gone")).ToBeVisibleAsync();
        server.Client.Executed.ShouldBe([("runtime", "remove")]);
    }

    [Fact]
    public async Task Details_Environment_IsRevealedAndStaysSoWhenThePageRefreshes()
    {
        await using var server = await FrontendServer.StartAsync();
        var page = await OpenAsync(server, "/?resource=cluster");
        var secret = page.GetByText("s3cr3t-value");
        await Assertions.Expect(secret).ToBeHiddenAsync();

        await page.GetByRole(AriaRole.Row, new() { Name = "API_KEY" }).GetByRole(AriaRole.Button, new() { Name = "Show value" }).ClickAsync();
        server.Client.Change("shim", snapshot => snapshot with { State = "Exited" });

        await Assertions.Expect(page.Locator("#row-shim")).ToContainTextAsync("Exited");
        await Assertions.Expect(secret).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Console_NewLine_AppearsUnlessPaused()
    {
        await using var server = await FrontendServer.StartAsync();
        var page = await OpenAsync(server, "/consolelogs/resource/ingress");
        var log = page.GetByRole(AriaRole.Log);
        await Assertions.Expect(log).ToContainTextAsync("<script>alert('not run')</script> & more");

        server.Client.Write("ingress", "a live line");
        await Assertions.Expect(log).ToContainTextAsync("a live line");
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        server.Client.Write("ingress", "a held line");
        server.Client.Change("ingress", snapshot => snapshot with { State = "Stopping" });
        await Assertions.Expect(log).Not.ToContainTextAsync("a held line");
        await page.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();

        await Assertions.Expect(log).ToContainTextAsync("a held line");
        await Assertions.Expect(log.Locator(".line")).ToHaveCountAsync(5);
    }

    [Fact]
    public async Task Trace_FromTheList_ShowsTheWaterfallAndASpan()
    {
        await using var server = await FrontendServer.StartAsync();
        var page = await OpenAsync(server, "/traces");

        await page.GetByRole(AriaRole.Link, new() { Name = "ingress: GET /native" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Row)).ToHaveCountAsync(5);
        await page.GetByRole(AriaRole.Link, new() { Name = "match route" }).ClickAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Complementary, new() { Name = "Span match route" })).ToContainTextAsync("Internal");
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.GetByRole(AriaRole.Complementary)).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Shortcuts_Letters_OpenThePages()
    {
        await using var server = await FrontendServer.StartAsync();
        var page = await OpenAsync(server, "/");
        foreach (var (key, heading) in new[] { ("c", "Console logs"), ("s", "Structured logs"), ("t", "Traces"), ("m", "Metrics"), ("r", "Resources") })
        {
            await page.Keyboard.PressAsync(key);
            await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = heading })).ToBeVisibleAsync();
        }

        await page.Keyboard.PressAsync("?");
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("Keyboard shortcuts");
    }

    [Fact]
    public async Task Theme_Chosen_IsKept()
    {
        await using var server = await FrontendServer.StartAsync();
        var page = await OpenAsync(server, "/");
        var theme = page.GetByRole(AriaRole.Button, new() { Name = "Change theme" });

        await theme.ClickAsync();
        await theme.ClickAsync();
        await page.ReloadAsync();

        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
    }

    [Theory]
    [InlineData(1280)]
    [InlineData(400)]
    public async Task EveryPage_IsWithoutErrorsAndFitsItsWidth(int width)
    {
        await using var server = await FrontendServer.StartAsync();
        var page = await browser.NewPageAsync(width);
        var errors = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                errors.Add(message.Text);
            }
        };
        page.PageError += (_, error) => errors.Add(error);
        await page.GotoAsync($"{server.Url}/login?t={FrontendServer.Token}");

        foreach (var path in new[] { "/", "/?view=Graph", "/?resource=embed", "/consolelogs", "/structuredlogs?log=3", "/traces", $"/traces/detail/{SampleLab.TraceId}", "/metrics" })
        {
            await page.GotoAsync(server.Url + path);
            await Assertions.Expect(page).ToHaveTitleAsync(new Regex("WasmLab$"));
            (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(width);
        }

        errors.ShouldBeEmpty();
    }

    private async Task<IPage> OpenAsync(FrontendServer server, string path)
    {
        var page = await browser.NewPageAsync();
        await page.GotoAsync($"{server.Url}/login?t={FrontendServer.Token}&returnUrl={Uri.EscapeDataString(path)}");
        return page;
    }
}
