using System.Text.Json.Nodes;

namespace WasmLab.Tests.EmbeddedCluster.Api;

/// <summary>Compares JSON whatever its layout.</summary>
internal static class JsonAssert
{
    public static void Same(JsonNode? actual, string expected)
    {
        if (!JsonNode.DeepEquals(actual, JsonNode.Parse(expected)))
        {
            (actual?.ToJsonString() ?? "null").ShouldBe(JsonNode.Parse(expected)?.ToJsonString() ?? "null");
        }
    }
}
