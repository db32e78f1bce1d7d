using System.Text.Json.Nodes;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;
using WasmLab.Tests.Support;
using static WasmLab.Tests.EmbeddedCluster.Api.TestApi;

namespace WasmLab.Tests.EmbeddedCluster.Api;

[Trait(Category.Name, Category.Unit)]
public sealed class WatchTests : IDisposable
{
    private readonly TestApi _api = new();

    public void Dispose() => _api.Dispose();

    [Fact]
    public async Task Watch_FromAList_SeesWhatHappensAfterIt()
    {
        await _api.CreatePodAsync("before");
        var list = await _api.Client.ListAsync<Pod>("default", null, Ct);
        await _api.CreatePodAsync("a");
        await LabelAsync("a", "x", "y");
        await _api.Client.DeleteAsync<Pod>("a", "default", null, Ct);

        var events = await TakeAsync(3, list.Metadata.ResourceVersion);

        events.ShouldBe(["Added a", "Modified a", "Deleted a"]);
    }

    [Fact]
    public async Task Watch_FromNowhere_BeginsWithWhatIsThere()
    {
        await _api.CreatePodAsync("a");
        await _api.CreatePodAsync("b");

        (await TakeAsync(2, null)).ShouldBe(["Added a", "Added b"]);
    }

    [Fact]
    public async Task Watch_WithASelector_SeesObjectsComeAndGo()
    {
        var list = await _api.Client.ListAsync<Pod>("default", null, Ct);
        await _api.CreatePodAsync("a");
        await LabelAsync("a", "app", "web");
        await LabelAsync("a", "more", "x");
        await LabelAsync("a", "app", "other");
        await _api.CreatePodAsync("b", pod => pod.Metadata.Labels["app"] = "web");

        var events = await TakeAsync(4, list.Metadata.ResourceVersion, new() { LabelSelector = "app=web" });

        events.ShouldBe(["Added a", "Modified a", "Deleted a", "Added b"]);
    }

    [Fact]
    public async Task Watch_FromARevisionOfAnEarlierRun_IsGone()
    {
        var exception = await Should.ThrowAsync<KubernetesException>(() => TakeAsync(1, "17"));

        exception.IsGone.ShouldBeTrue();
        exception.Reason.ShouldBe("Expired");
        exception.Message.ShouldStartWith("too old resource version: 17");
    }

    [Fact]
    public async Task Watch_WithInitialEvents_MarksTheirEnd()
    {
        await _api.CreatePodAsync("a");

        var lines = await ReadLinesAsync(
            "/api/v1/pods?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true", 2);

        ((string?)lines[0]["type"]).ShouldBe("ADDED");
        ((string?)lines[1]["type"]).ShouldBe("BOOKMARK");
        ((string?)lines[1]["object"]!["metadata"]!["annotations"]!["k8s.io/initial-events-end"]).ShouldBe("true");
    }

    [Fact]
    public async Task Watch_AsTable_DescribesItsColumnsOnce()
    {
        await _api.CreatePodAsync("a");
        await _api.CreatePodAsync("b");

        var lines = await ReadLinesAsync("/api/v1/pods?watch=true", 2, "application/json;as=Table;v=v1;g=meta.k8s.io");

        ((string?)lines[0]["object"]!["kind"]).ShouldBe("Table");
        lines[0]["object"]!["columnDefinitions"]!.AsArray().Count.ShouldBe(9);
        lines[1]["object"]!["columnDefinitions"]!.AsArray().Count.ShouldBe(0);
        ((string?)lines[1]["object"]!["rows"]![0]!["cells"]![0]).ShouldBe("b");
    }

    [Fact]
    public async Task Watch_WithATimeout_EndsInGoodOrder()
    {
        using var response = await _api.Raw.GetAsync(new Uri("/api/v1/pods?watch=true&timeoutSeconds=1", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Ct);

        (await response.Content.ReadAsStringAsync(Ct)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Watch_WhenTheServerStops_Ends()
    {
        var started = new TaskCompletionSource();
        var watch = Task.Run(async () =>
        {
            using var response = await _api.Raw.GetAsync(new Uri("/api/v1/pods?watch=true", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Ct);
            started.SetResult();
            return await response.Content.ReadAsStringAsync(Ct);
        });
        await started.Task.WaitAsync(Ct);

        _api.Server.Dispose();

        (await watch.WaitAsync(TimeSpan.FromSeconds(10), Ct)).ShouldBeEmpty();
    }

    private Task LabelAsync(string pod, string key, string value) => _api.Client.PatchAsync<Pod>(
        pod, "default", new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { [key] = value } } }, null, Ct);

    private async Task<List<string>> TakeAsync(int count, string? version, ListOptions? options = null)
    {
        var events = new List<string>();
        await foreach (var change in _api.Client.WatchAsync<Pod>("default", version, options, Ct))
        {
            events.Add($"{change.Type} {change.Object.Metadata.Name}");
            if (events.Count == count)
            {
                break;
            }
        }

        return events;
    }

    private async Task<List<JsonNode>> ReadLinesAsync(string path, int count, string accept = "application/json")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        using var response = await _api.Raw.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ct);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Ct));
        var lines = new List<JsonNode>();
        while (lines.Count < count && await reader.ReadLineAsync(Ct) is { } line)
        {
            lines.Add(JsonNode.Parse(line)!);
        }

        return lines;
    }
}
