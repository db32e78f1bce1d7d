using System.Text.Json.Nodes;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Api;

[Trait(Category.Name, Category.Unit)]
public sealed class ServerSideApplyTests : IDisposable
{
    private const string Path = "/api/v1/namespaces/default/services/web";

    private readonly TestApi _api = new();

    public void Dispose() => _api.Dispose();

    [Fact]
    public async Task Apply_MissingObject_CreatesItAndOwnsWhatWasGiven()
    {
        var (code, service) = await ApplyAsync("me", """{"metadata":{"labels":{"a":"1"}},"spec":{"selector":{"app":"x"},"ports":[{"port":80}]}}""");

        code.ShouldBe(201);
        JsonAssert.Same(
            Fields(service, "me"),
            """
            {"f:metadata":{"f:labels":{"f:a":{}}},
             "f:spec":{"f:ports":{"k:{\"port\":80,\"protocol\":\"TCP\"}":{".":{},"f:port":{}}},"f:selector":{}}}
            """);
    }

    [Fact]
    public async Task Apply_ByManyAtOnce_NobodyIsTooLate()
    {
        for (var round = 0; round < 50; round++)
        {
            var path = $"/api/v1/namespaces/default/configmaps/map{round}";
            var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(manager => Task.Run(() => _api.SendAsync(
                HttpMethod.Patch, $"{path}?fieldManager=m{manager}", $$"""{"apiVersion":"v1","kind":"ConfigMap","data":{ "k{{manager}}": "v" } }""", "application/apply-patch+yaml"))));

            answers.Select(answer => answer.Code).Order().ShouldBe([200, 200, 200, 201]);
        }
    }

    [Fact]
    public async Task Apply_YamlTwice_ChangesNothingTheSecondTime()
    {
        const string Yaml = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  ports:\n  - port: 80\n";

        var (_, first) = await _api.SendAsync(HttpMethod.Patch, $"{Path}?fieldManager=me", Yaml, "application/apply-patch+yaml");
        var (code, second) = await _api.SendAsync(HttpMethod.Patch, $"{Path}?fieldManager=me", Yaml, "application/apply-patch+yaml");

        code.ShouldBe(200);
        ((string?)second["metadata"]!["resourceVersion"]).ShouldBe((string?)first["metadata"]!["resourceVersion"]);
    }

    [Fact]
    public async Task Apply_FieldLeftOutNow_GoesUnlessAnotherOwnsIt()
    {
        await ApplyAsync("me", """{"metadata":{"labels":{"a":"1","b":"1"}},"spec":{"ports":[{"port":80,"name":"x"},{"port":81,"name":"y"}]}}""");
        await ApplyAsync("other", """{"metadata":{"labels":{"b":"1"}}}""");

        var (code, service) = await ApplyAsync("me", """{"spec":{"ports":[{"port":80,"name":"x"}]}}""");

        code.ShouldBe(200);
        JsonAssert.Same(service["metadata"]!["labels"], """{"b":"1"}""");
        service["spec"]!["ports"]!.AsArray().Select(port => (int)port!["port"]!).ShouldBe([80]);
    }

    [Fact]
    public async Task Apply_ListItems_AreMergedByKey()
    {
        await ApplyAsync("me", """{"spec":{"ports":[{"port":80,"name":"x"}]}}""");

        var (_, service) = await ApplyAsync("other", """{"spec":{"ports":[{"port":81,"name":"y"}]}}""");

        service["spec"]!["ports"]!.AsArray().Select(port => (int)port!["port"]!).ShouldBe([80, 81]);
    }

    [Fact]
    public async Task Apply_ValueOfAnotherManager_ConflictsUnlessForced()
    {
        await ApplyAsync("me", """{"metadata":{"labels":{"a":"mine"}},"spec":{"ports":[{"port":80}]}}""");

        var (code, status) = await ApplyAsync("other", """{"metadata":{"labels":{"a":"theirs"}}}""");
        code.ShouldBe(409);
        ((string?)status["message"]).ShouldBe("Apply failed with 1 conflict: conflict with \"me\": .metadata.labels.a");
        ((string?)status["details"]!["causes"]![0]!["reason"]).ShouldBe("FieldManagerConflict");

        var (forced, service) = await ApplyAsync("other", """{"metadata":{"labels":{"a":"theirs"}}}""", "&force=true");
        forced.ShouldBe(200);
        ((string?)service["metadata"]!["labels"]!["a"]).ShouldBe("theirs");
        Fields(service, "me")!["f:metadata"].ShouldBeNull();
    }

    [Fact]
    public async Task Apply_SameValueAsAnotherManager_IsSharedWithoutConflict()
    {
        await ApplyAsync("me", """{"metadata":{"labels":{"a":"1"}},"spec":{"ports":[{"port":80}]}}""");
        (await ApplyAsync("other", """{"metadata":{"labels":{"a":"1"}}}""")).Code.ShouldBe(200);

        var (_, service) = await ApplyAsync("me", """{"spec":{"ports":[{"port":80}]}}""");

        ((string?)service["metadata"]!["labels"]!["a"]).ShouldBe("1");
    }

    [Fact]
    public async Task Update_OfAnAppliedField_TakesItOver()
    {
        await ApplyAsync("me", """{"metadata":{"labels":{"a":"1","b":"1"}},"spec":{"ports":[{"port":80}]}}""");

        var (_, service) = await _api.SendAsync(
            HttpMethod.Patch, $"{Path}?fieldManager=editor", """{"metadata":{"labels":{"a":"2"}}}""", "application/merge-patch+json");

        JsonAssert.Same(Fields(service, "editor"), """{"f:metadata":{"f:labels":{"f:a":{}}}}""");
        JsonAssert.Same(Fields(service, "me")!["f:metadata"], """{"f:labels":{"f:b":{}}}""");
    }

    [Fact]
    public async Task Apply_OfStatus_TouchesOnlyTheStatus()
    {
        await ApplyAsync("me", """{"spec":{"ports":[{"port":80}]}}""");

        var (code, service) = await _api.SendAsync(
            HttpMethod.Patch, $"{Path}/status?fieldManager=lb",
            """{"apiVersion":"v1","kind":"Service","spec":{"type":"NodePort"},"status":{"loadBalancer":{"ingress":[{"ip":"127.0.0.1"}]}}}""",
            "application/apply-patch+yaml");

        code.ShouldBe(200);
        ((string?)service["spec"]!["type"]).ShouldBe("ClusterIP");
        ((string?)service["status"]!["loadBalancer"]!["ingress"]![0]!["ip"]).ShouldBe("127.0.0.1");
    }

    [Theory]
    [InlineData("", """{"apiVersion":"v1","kind":"Service","metadata":{"name":"web"}}""", "fieldManager: Required value")]
    [InlineData("?fieldManager=me", """{"apiVersion":"v1","kind":"Service","metadata":{"name":"other"}}""", "does not match the name on the URL")]
    [InlineData("?fieldManager=me", """{"apiVersion":"v1","kind":"Service","metadata":{"managedFields":[{"manager":"x"}]}}""", "metadata.managedFields must be nil")]
    [InlineData("?fieldManager=me", """{"metadata":{"name":"web"}}""", "needs apiVersion and kind")]
    public async Task Apply_Malformed_IsABadRequest(string query, string body, string message)
    {
        var (code, status) = await _api.SendAsync(HttpMethod.Patch, Path + query, body, "application/apply-patch+yaml");

        code.ShouldBe(400);
        ((string?)status["message"])!.ShouldContain(message);
    }

    private Task<(int Code, JsonNode Body)> ApplyAsync(string manager, string fields, string options = "")
    {
        var body = JsonNode.Parse(fields)!.AsObject();
        body["apiVersion"] = "v1";
        body["kind"] = "Service";
        return _api.SendAsync(HttpMethod.Patch, $"{Path}?fieldManager={manager}{options}", body.ToJsonString(), "application/apply-patch+yaml");
    }

    private static JsonNode? Fields(JsonNode obj, string manager) =>
        obj["metadata"]!["managedFields"]!.AsArray().SingleOrDefault(entry => (string?)entry!["manager"] == manager)?["fieldsV1"];
}
