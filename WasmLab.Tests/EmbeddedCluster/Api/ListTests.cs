using System.Text.Json.Nodes;
using WasmLab.Kubernetes.Objects;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Api;

[Trait(Category.Name, Category.Unit)]
public sealed class ListTests : IDisposable
{
    private readonly TestApi _api = new();

    public void Dispose() => _api.Dispose();

    [Fact]
    public async Task List_PageByPage_IsAllOfOneRevision()
    {
        foreach (var name in new[] { "a", "b", "c", "d", "e" })
        {
            await _api.CreatePodAsync(name);
        }

        var (_, first) = await _api.SendAsync(HttpMethod.Get, "/api/v1/pods?limit=2");
        await _api.Client.DeleteAsync<Pod>("c", "default", null, TestApi.Ct);
        await _api.CreatePodAsync("cc");
        var (_, second) = await _api.SendAsync(HttpMethod.Get, $"/api/v1/pods?limit=2&continue={Uri.EscapeDataString((string)first["metadata"]!["continue"]!)}");
        var (_, third) = await _api.SendAsync(HttpMethod.Get, $"/api/v1/pods?limit=2&continue={Uri.EscapeDataString((string)second["metadata"]!["continue"]!)}");

        Names(first).Concat(Names(second)).Concat(Names(third)).ShouldBe(["a", "b", "c", "d", "e"]);
        ((int?)first["metadata"]!["remainingItemCount"]).ShouldBe(3);
        third["metadata"]!["continue"].ShouldBeNull();
        ((string?)third["metadata"]!["resourceVersion"]).ShouldBe((string?)first["metadata"]!["resourceVersion"]);
    }

    [Fact]
    public async Task List_WithSelectors_GivesOnlyWhatTheyFind()
    {
        await _api.CreatePodAsync("a", pod => pod.Metadata.Labels["app"] = "x");
        await _api.CreatePodAsync("b", pod => (pod.Metadata.Labels["app"], pod.Spec.NodeName) = ("x", "n1"));

        Names((await _api.SendAsync(HttpMethod.Get, "/api/v1/pods?labelSelector=app%3Dx&fieldSelector=spec.nodeName%3Dn1")).Body).ShouldBe(["b"]);
        Names((await _api.SendAsync(HttpMethod.Get, "/api/v1/namespaces/default/pods?fieldSelector=metadata.name%3Da")).Body).ShouldBe(["a"]);
        Names((await _api.SendAsync(HttpMethod.Get, "/api/v1/namespaces/kube-system/pods")).Body).ShouldBeEmpty();
        (await _api.SendAsync(HttpMethod.Get, "/api/v1/pods?fieldSelector=spec.image%3Da")).Code.ShouldBe(400);
    }

    [Theory]
    [InlineData("/api/v1/pods?continue=nonsense", 400)]
    [InlineData("/api/v1/pods?limit=many", 400)]
    [InlineData("/api/v1/pods?resourceVersion=99999999999999", 504)]
    [InlineData("/api/v1/pods?resourceVersion=1&resourceVersionMatch=Exact", 410)]
    [InlineData("/api/v1/unknown", 404)]
    [InlineData("/apis/apps/v1/deployments", 404)]
    [InlineData("/api/v1/namespaces/default/nodes", 404)]
    [InlineData("/elsewhere", 404)]
    public async Task List_ThatCannotBe_IsAStatus(string path, int expected)
    {
        var (code, body) = await _api.SendAsync(HttpMethod.Get, path);

        code.ShouldBe(expected);
        ((string?)body["kind"]).ShouldBe("Status");
        ((int?)body["code"]).ShouldBe(expected);
    }

    [Fact]
    public async Task List_AsMetadata_LeavesTheRestOut()
    {
        await _api.CreatePodAsync("a");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/pods");
        request.Headers.TryAddWithoutValidation("Accept", "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1");

        using var response = await _api.Raw.SendAsync(request, TestApi.Ct);
        var body = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestApi.Ct))!;

        ((string?)body["kind"]).ShouldBe("PartialObjectMetadataList");
        ((string?)body["items"]![0]!["metadata"]!["name"]).ShouldBe("a");
        body["items"]![0]!["spec"].ShouldBeNull();
    }

    private static IEnumerable<string> Names(JsonNode list) => list["items"]!.AsArray().Select(item => (string)item!["metadata"]!["name"]!);
}
