using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Patching;
using WasmLab.EmbeddedCluster.Api.Schemas;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Api;

[Trait(Category.Name, Category.Unit)]
public sealed class StrategicMergePatchTests
{
    private const string TwoContainers = """{"spec":{"containers":[{"name":"a","image":"1"},{"name":"b","image":"2"}]}}""";

    [Theory]
    // Lists with a merge key are merged item by item.
    [InlineData(TwoContainers, """{"spec":{"containers":[{"name":"b","image":"3"}]}}""", """{"spec":{"containers":[{"name":"a","image":"1"},{"name":"b","image":"3"}]}}""")]
    [InlineData(TwoContainers, """{"spec":{"containers":[{"name":"c","image":"3"}]}}""", """{"spec":{"containers":[{"name":"a","image":"1"},{"name":"b","image":"2"},{"name":"c","image":"3"}]}}""")]
    [InlineData(TwoContainers, """{"spec":{"containers":[{"name":"a","$patch":"delete"}]}}""", """{"spec":{"containers":[{"name":"b","image":"2"}]}}""")]
    [InlineData(TwoContainers, """{"spec":{"containers":[{"name":"z","image":"9"},{"$patch":"replace"}]}}""", """{"spec":{"containers":[{"name":"z","image":"9"}]}}""")]
    [InlineData(TwoContainers, """{"spec":{"containers":[{"name":"a","env":[{"name":"X","value":"1"}]}]}}""", """{"spec":{"containers":[{"name":"a","image":"1","env":[{"name":"X","value":"1"}]},{"name":"b","image":"2"}]}}""")]
    // The order that the client wants.
    [InlineData(TwoContainers, """{"spec":{"$setElementOrder/containers":[{"name":"b"},{"name":"a"}]}}""", """{"spec":{"containers":[{"name":"b","image":"2"},{"name":"a","image":"1"}]}}""")]
    [InlineData(TwoContainers, """{"spec":{"$setElementOrder/containers":[{"name":"c"},{"name":"a"},{"name":"b"}],"containers":[{"name":"c","image":"3"}]}}""", """{"spec":{"containers":[{"name":"c","image":"3"},{"name":"a","image":"1"},{"name":"b","image":"2"}]}}""")]
    // Lists without a merge key are replaced.
    [InlineData("""{"spec":{"containers":[{"name":"a","command":["x","y"]}]}}""", """{"spec":{"containers":[{"name":"a","command":["z"]}]}}""", """{"spec":{"containers":[{"name":"a","command":["z"]}]}}""")]
    [InlineData("""{"spec":{"tolerations":[{"key":"a"}]}}""", """{"spec":{"tolerations":[{"key":"b"}]}}""", """{"spec":{"tolerations":[{"key":"b"}]}}""")]
    // Lists of single values that are merged are sets.
    [InlineData("""{"metadata":{"finalizers":["a/b","c/d"]}}""", """{"metadata":{"finalizers":["e/f"]}}""", """{"metadata":{"finalizers":["a/b","c/d","e/f"]}}""")]
    [InlineData("""{"metadata":{"finalizers":["a/b","c/d"]}}""", """{"metadata":{"$deleteFromPrimitiveList/finalizers":["a/b"]}}""", """{"metadata":{"finalizers":["c/d"]}}""")]
    [InlineData("""{"metadata":{"finalizers":["a/b","c/d"]}}""", """{"metadata":{"$setElementOrder/finalizers":["c/d","a/b"]}}""", """{"metadata":{"finalizers":["c/d","a/b"]}}""")]
    // Maps are merged; null deletes; directives replace or delete them.
    [InlineData("""{"metadata":{"labels":{"a":"1","b":"2"}}}""", """{"metadata":{"labels":{"a":null,"c":"3"}}}""", """{"metadata":{"labels":{"b":"2","c":"3"}}}""")]
    [InlineData("""{"metadata":{"labels":{"a":"1"}}}""", """{"metadata":{"labels":{"$patch":"replace","c":"3"}}}""", """{"metadata":{"labels":{"c":"3"}}}""")]
    [InlineData("""{"metadata":{"labels":{"a":"1"}}}""", """{"metadata":{"labels":{"$patch":"delete"}}}""", """{"metadata":{}}""")]
    // Keys that are to be kept, when one source of a volume takes the place of another.
    [InlineData("""{"spec":{"volumes":[{"name":"v","emptyDir":{}}]}}""", """{"spec":{"volumes":[{"name":"v","$retainKeys":["name","hostPath"],"hostPath":{"path":"/x"}}]}}""", """{"spec":{"volumes":[{"name":"v","hostPath":{"path":"/x"}}]}}""")]
    // A new list holds no directives and no nulls.
    [InlineData("""{"spec":{}}""", """{"spec":{"containers":[{"name":"a","image":null,"args":["x"]}]}}""", """{"spec":{"containers":[{"name":"a","args":["x"]}]}}""")]
    public void Apply_ToAPod_GivesTheResult(string original, string patch, string expected) => JsonAssert.Same(
        StrategicMergePatch.Apply(Object(original), Object(patch), SchemaCatalog.Default["core.v1.Pod"]), expected);

    [Fact]
    public void Apply_ToServicePorts_MergesByPort() => JsonAssert.Same(
        StrategicMergePatch.Apply(
            Object("""{"spec":{"ports":[{"port":80,"name":"http"},{"port":443,"name":"https"}]}}"""),
            Object("""{"spec":{"ports":[{"port":443,"targetPort":8443}]}}"""),
            SchemaCatalog.Default["core.v1.Service"]),
        """{"spec":{"ports":[{"port":80,"name":"http"},{"port":443,"name":"https","targetPort":8443}]}}""");

    [Theory]
    [InlineData("""{"spec":{"containers":[{"image":"3"}]}}""")]
    [InlineData("""{"$patch":"increase"}""")]
    [InlineData("""{"spec":{"containers":["a"]}}""")]
    public void Apply_NoPatch_IsMalformed(string patch) => Should.Throw<PatchException>(() =>
        StrategicMergePatch.Apply(Object(TwoContainers), Object(patch), SchemaCatalog.Default["core.v1.Pod"])).Malformed.ShouldBeTrue();

    private static JsonObject Object(string json) => JsonNode.Parse(json)!.AsObject();
}
