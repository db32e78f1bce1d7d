using System.Diagnostics;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard;
using Aspire.Hosting.Otlp.Storage;
using Microsoft.Extensions.DependencyInjection;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedAspire.Dashboard;

[Trait(Category.Name, Category.Unit)]
public sealed class DashboardHostTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_AppHostWithResource_ShowsItBehindTheLoginLink()
    {
        var builder = CreateBuilder();
        var resource = builder.AddResource(new Thing("thing")).WithInitialState(new CustomResourceSnapshot { ResourceType = "Thing", Properties = [], State = KnownResourceStates.Running });
        await using var app = builder.Build();
        await app.StartAsync(Cancellation);
        var addresses = app.Services.GetRequiredService<DashboardAddresses>();
        app.Services.GetRequiredService<ResourceLoggerService>().AddLine(resource.Resource.Name, "a line of the thing", isError: false);

        using var browser = new HttpClient();
        await Wait.UntilAsync("the page shows the resource", async () => (await browser.GetStringAsync(addresses.LoginUrl, Cancellation)).Contains("row-thing", StringComparison.Ordinal));
        var console = await browser.GetStringAsync($"{addresses.FrontendUrl}/consolelogs/resource/thing", Cancellation);

        console.ShouldContain("a line of the thing");
        app.Services.GetRequiredService<DashboardLink>().LoginUrl.ShouldBe(addresses.LoginUrl);
    }

    [Fact]
    public async Task Start_ExecutableWithOtlpExporter_IsToldTheReceiver()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/env"), "Runs /usr/bin/env, which this system lacks.");
        var builder = CreateBuilder();
        builder.AddExecutable("sender", "/usr/bin/env", ".").WithOtlpExporter();
        await using var app = builder.Build();
        await app.StartAsync(Cancellation);
        var addresses = app.Services.GetRequiredService<DashboardAddresses>();

        await app.ResourceNotifications.WaitForResourceAsync("sender", KnownResourceStates.TerminalStates, Cancellation);
        var lines = new List<LogLine>();
        await foreach (var batch in app.Services.GetRequiredService<ResourceLoggerService>().GetAllAsync("sender").WithCancellation(Cancellation))
        {
            lines.AddRange(batch);
        }

        var output = string.Join('\n', lines.Select(line => line.Content));
        output.ShouldContain($"OTEL_EXPORTER_OTLP_ENDPOINT={addresses.OtlpGrpcUrl}");
        output.ShouldContain($"OTEL_EXPORTER_OTLP_HEADERS=x-otlp-api-key={addresses.OtlpApiKey}");
        output.ShouldContain("OTEL_SERVICE_NAME=sender");
    }

    [Fact]
    public async Task Stop_WithAnOpenLiveStream_DoesNotWaitForIt()
    {
        await using var app = CreateBuilder().Build();
        await app.StartAsync(Cancellation);
        var addresses = app.Services.GetRequiredService<DashboardAddresses>();
        using var browser = new HttpClient();
        await browser.GetStringAsync(addresses.LoginUrl, Cancellation);
        using var live = await browser.GetAsync($"{addresses.FrontendUrl}/live", HttpCompletionOption.ResponseHeadersRead, Cancellation);
        var watch = Stopwatch.StartNew();

        await app.StopAsync(Cancellation);

        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(4));
        app.Services.GetRequiredService<TelemetryStore>().Resources.ShouldBeEmpty();
    }

    [Fact]
    public async Task Start_ResourceServiceConfigured_Listens()
    {
        var builder = CreateBuilder();
        builder.Configuration[DashboardOptions.ResourceServiceSetting] = "http://127.0.0.1:0";
        await using var app = builder.Build();
        await app.StartAsync(Cancellation);

        using var client = new HttpClient { DefaultRequestVersion = new Version(2, 0), DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var response = await client.GetAsync(app.Services.GetRequiredService<DashboardAddresses>().ResourceServiceUrl, Cancellation);
        response.StatusCode.ShouldBe(System.Net.HttpStatusCode.UnsupportedMediaType);
    }

    private static IDistributedApplicationBuilder CreateBuilder()
    {
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { Args = [], DisableDashboard = false });
        foreach (var setting in new[] { DashboardOptions.FrontendSetting, DashboardOptions.OtlpGrpcSetting, DashboardOptions.OtlpHttpSetting })
        {
            builder.Configuration[setting] = "http://127.0.0.1:0";
        }

        return builder;
    }

    private sealed class Thing(string name) : Resource(name);
}
