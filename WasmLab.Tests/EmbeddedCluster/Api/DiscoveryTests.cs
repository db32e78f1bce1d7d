using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Discovery;
using WasmLab.EmbeddedCluster.Api.Resources;
using WasmLab.EmbeddedCluster.Api.Schemas;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Api;

[Trait(Category.Name, Category.Unit)]
public sealed class DiscoveryTests : IDisposable
{
    private readonly TestApi _api = new();

    public void Dispose() => _api.Dispose();

    [Fact]
    public async Task ResourceList_OfEveryGroup_NamesItsResources()
    {
        foreach (var resource in ResourceRegistry.All)
        {
            var path = resource.Type.Group.Length == 0 ? "/api/v1" : $"/apis/{resource.Type.ApiVersion}";
            var (code, list) = await _api.SendAsync(HttpMethod.Get, path);

            code.ShouldBe(200);
            var entry = list["resources"]!.AsArray().First(one => (string?)one!["name"] == resource.Type.Plural)!;
            ((string?)entry["kind"]).ShouldBe(resource.Type.Kind);
            ((bool?)entry["namespaced"]).ShouldBe(resource.Type.Namespaced);
        }
    }

    [Fact]
    public async Task Aggregated_AskedFor_HoldsTheSameResources()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/apis");
        request.Headers.TryAddWithoutValidation(
            "Accept", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json");

        using var response = await _api.Raw.SendAsync(request, TestApi.Ct);

        response.Content.Headers.ContentType!.ToString().Replace(" ", "", StringComparison.Ordinal).ShouldBe(DiscoveryDocuments.AggregatedMediaType);
        var body = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestApi.Ct))!;
        var resources = body["items"]!.AsArray().SelectMany(group => group!["versions"]![0]!["resources"]!.AsArray()).Select(one => (string?)one!["resource"]);
        resources.ShouldContain("ingresses");
        resources.ShouldContain("virtualclusters");
        resources.ShouldNotContain("pods");
    }

    [Fact]
    public async Task OpenApiV3_OfEveryGroupVersion_ResolvesEveryReference()
    {
        var (_, index) = await _api.SendAsync(HttpMethod.Get, "/openapi/v3");
        foreach (var (_, entry) in index["paths"]!.AsObject())
        {
            var (code, document) = await _api.SendAsync(HttpMethod.Get, (string)entry!["serverRelativeURL"]!);

            code.ShouldBe(200);
            var schemas = document["components"]!["schemas"]!.AsObject();
            References(document).Where(reference => !schemas.ContainsKey(reference["#/components/schemas/".Length..])).ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task OpenApiV2_ResolvesEveryReferenceAndTellsOfPatches()
    {
        var (_, document) = await _api.SendAsync(HttpMethod.Get, "/openapi/v2");

        var definitions = document["definitions"]!.AsObject();
        References(document).Where(reference => !definitions.ContainsKey(reference["#/definitions/".Length..])).ShouldBeEmpty();
        var containers = definitions["io.k8s.api.core.v1.PodSpec"]!["properties"]!["containers"]!;
        ((string?)containers["x-kubernetes-patch-merge-key"]).ShouldBe("name");
        ((string?)containers["x-kubernetes-list-type"]).ShouldBe("map");
    }

    [Fact]
    public void EverySchema_ResolvesItsTypesAndListKeys()
    {
        foreach (var field in SchemaCatalog.Default.Types.SelectMany(type => type.Fields.Values))
        {
            if (field.Type is ListType { Kind: ListKind.Map } list)
            {
                list.Keys.ShouldNotBeEmpty();
                list.Keys.ShouldAllBe(key => ((StructType)list.Item).Field(key) != null);
            }
        }
    }

    [Fact]
    public async Task Version_IsThatOfAKubernetesServer()
    {
        var version = await _api.Client.GetVersionAsync(TestApi.Ct);

        version.Major.ShouldBe("1");
        version.GitVersion.ShouldStartWith($"v1.{version.Minor}.");
        (await _api.Client.GetReadyzAsync(TestApi.Ct)).ShouldBe("ok");
    }

    [Theory]
    [InlineData("authorization.k8s.io/v1/selfsubjectaccessreviews", """{"spec":{"resourceAttributes":{"verb":"get"}}}""", "allowed")]
    [InlineData("authorization.k8s.io/v1/selfsubjectrulesreviews", "{}", "resourceRules")]
    [InlineData("authentication.k8s.io/v1/selfsubjectreviews", "{}", "userInfo")]
    public async Task Review_OfTheUserItself_IsAnswered(string path, string body, string field)
    {
        var (code, review) = await _api.SendAsync(HttpMethod.Post, $"/apis/{path}", body);

        code.ShouldBe(201);
        review["status"]![field].ShouldNotBeNull();
    }

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject obj => obj.SelectMany(field => field.Key == "$ref" ? [(string)field.Value!] : References(field.Value)),
        JsonArray array => array.SelectMany(References),
        _ => [],
    };
}
