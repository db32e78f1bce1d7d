using Aspire.Hosting.ApplicationModel;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedAspire.Dashboard;

[Trait(Category.Name, Category.Unit)]
public sealed class LiveStreamTests
{
    [Fact]
    public async Task Live_ResourceAndTelemetryChange_NamesTheTopics()
    {
        await using var server = await FrontendServer.StartAsync();
        using var client = await server.LogInAsync();
        using var reader = await OpenAsync(client, "/live");

        server.Client.Change("shim", snapshot => snapshot with { State = KnownResourceStates.Running });
        (await NextAsync(reader)).ShouldBe(("change", "resources"));
        server.Client.Telemetry.Clear(Aspire.Hosting.Otlp.Storage.Signals.Traces);
        (await NextAsync(reader)).ShouldBe(("change", "traces"));
    }

    [Fact]
    public async Task Console_AfterALine_SendsOnlyLaterOnes()
    {
        await using var server = await FrontendServer.StartAsync();
        using var client = await server.LogInAsync();
        using var reader = await OpenAsync(client, "/consolelogs/resource/ingress/stream?after=2");

        (await NextAsync(reader)).Data.ShouldContain("upstream refused");
        server.Client.Write("ingress", "line four");

        var (name, data) = await NextAsync(reader);
        name.ShouldBe("lines");
        data.ShouldStartWith("<div class=\"line\" data-line=\"4\">");
    }

    [Fact]
    public async Task Console_ClearedMeanwhile_StartsAgainFromTheFirstLine()
    {
        await using var server = await FrontendServer.StartAsync();
        using var client = await server.LogInAsync();
        using var reader = await OpenAsync(client, "/consolelogs/resource/ingress/stream?after=3");

        server.Client.ClearConsole("ingress");
        server.Client.Write("ingress", "after clearing");

        (await NextAsync(reader)).Data.ShouldContain("after clearing");
    }

    private static async Task<StreamReader> OpenAsync(HttpClient client, string path)
    {
        var response = await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        return new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
    }

    private static async Task<(string Name, string Data)> NextAsync(StreamReader reader)
    {
        var name = "";
        while (await reader.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal))
            {
                name = line["event: ".Length..];
            }
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                return (name, line["data: ".Length..]);
            }
        }

        throw new EndOfStreamException();
    }
}
