using System.Text.Json;
using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Json;

namespace WasmLab.EmbeddedCluster.Api.Tables;

/// <summary>Nodes.</summary>
internal static class NodeTable
{
    private const string RolePrefix = "node-role.kubernetes.io/";

    public static TableDefinition Definition { get; } = new(
        Cells.Name,
        new("Status", (node, _) => Status(node), "Whether it is ready, and takes pods."),
        new("Roles", (node, _) => Roles(node), "What it is for."),
        Cells.Age,
        Cells.Field("Version", "", "Version of what runs its pods.", 0, "status", "nodeInfo", "kubeletVersion"),
        new("Internal-IP", (node, _) => Address(node, "InternalIP"), "Its address within the cluster.", 1),
        new("External-IP", (node, _) => Address(node, "ExternalIP"), "Its address outside of it.", 1),
        Cells.Field("OS-Image", Cells.Unknown, "Its operating system.", 1, "status", "nodeInfo", "osImage"),
        Cells.Field("Kernel-Version", Cells.Unknown, "Its kernel.", 1, "status", "nodeInfo", "kernelVersion"),
        Cells.Field("Container-Runtime", Cells.Unknown, "What runs its containers.", 1, "status", "nodeInfo", "containerRuntimeVersion"));

    private static string Status(JsonElement node)
    {
        var ready = node.Items("status", "conditions").Where(condition => condition.Str("type") == "Ready").Select(condition => condition.Str("status")).FirstOrDefault();
        var text = ready switch
        {
            "True" => "Ready",
            null => "Unknown",
            _ => "NotReady",
        };
        return node.Bool("spec", "unschedulable") == true ? $"{text},SchedulingDisabled" : text;
    }

    private static JsonNode? Roles(JsonElement node)
    {
        var roles = node.Fields("metadata", "labels")
            .Select(label => label.Name.StartsWith(RolePrefix, StringComparison.Ordinal) ? label.Name[RolePrefix.Length..]
                : label.Name == "kubernetes.io/role" ? label.Value.GetString()!
                : "")
            .Where(role => role.Length > 0).Order(StringComparer.Ordinal);
        return Cells.Some(roles, int.MaxValue, Cells.None);
    }

    private static JsonNode? Address(JsonElement node, string type) =>
        node.Items("status", "addresses").Where(address => address.Str("type") == type).Select(address => address.Str("address")).FirstOrDefault() ?? Cells.None;
}
