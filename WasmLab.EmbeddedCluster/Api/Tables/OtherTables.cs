using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Json;

namespace WasmLab.EmbeddedCluster.Api.Tables;

/// <summary>The kinds that take a line or two each.</summary>
internal static class OtherTables
{
    public static TableDefinition Namespace { get; } = new(
        Cells.Name, Cells.Field("Status", "", "Whether it is in use or going.", 0, "status", "phase"), Cells.Age);

    public static TableDefinition ConfigMap { get; } = new(
        Cells.Name,
        new("Data", (map, _) => Cells.Number(map.Fields("data").Count() + map.Fields("binaryData").Count()), "How many values it has.", Type: "string"),
        Cells.Age);

    public static TableDefinition Secret { get; } = new(
        Cells.Name,
        Cells.Field("Type", "", "What it holds.", 0, "type"),
        new("Data", (secret, _) => Cells.Number(secret.Fields("data").Count()), "How many values it has.", Type: "string"),
        Cells.Age);

    public static TableDefinition RuntimeClass { get; } = new(
        Cells.Name, Cells.Field("Handler", "", "The handler that runs the pods of the class.", 0, "handler"), Cells.Age);

    public static TableDefinition VirtualCluster { get; } = new(
        Cells.Name,
        Cells.Field("Status", "Pending", "How far it is.", 0, "status", "phase"),
        Cells.Age,
        Cells.Field("Server", Cells.None, "Address of its API.", 1, "status", "server"));

    public static TableDefinition Event { get; } = new(
        new("Last Seen", (e, now) => Cells.AgeOf(LastSeen(e), now), "Time since it last happened."),
        Cells.Field("Type", "", "Normal or Warning.", 0, "type"),
        Cells.Field("Reason", "", "Why, in one word.", 0, "reason"),
        new("Object", (e, _) => Object(e), "What it happened to."),
        Cells.Field("Subobject", "", "Which part of it.", 1, "involvedObject", "fieldPath"),
        new("Source", (e, _) => Source(e), "Who reports it.", 1),
        new("Message", (e, _) => (e.Str("message") ?? "").TrimEnd(), "What happened."),
        new("First Seen", (e, now) => Cells.AgeOf(e.Time("firstTimestamp") ?? e.Time("eventTime") ?? e.Time("metadata", "creationTimestamp"), now), "Time since it first happened.", 1),
        new("Count", (e, _) => Cells.Number(e.Int("series", "count") ?? e.Int("count") ?? 1), "How often it happened.", 1, "string"),
        Cells.Name with { Priority = 1 });

    private static DateTimeOffset? LastSeen(JsonElement e) =>
        e.Time("series", "lastObservedTime") ?? e.Time("lastTimestamp") ?? e.Time("eventTime") ?? e.Time("firstTimestamp") ?? e.Time("metadata", "creationTimestamp");

    private static JsonNode? Object(JsonElement e) =>
        $"{e.Str("involvedObject", "kind")?.ToLowerInvariant()}/{e.Str("involvedObject", "name")}";

    private static JsonNode? Source(JsonElement e)
    {
        var component = e.Str("source", "component") ?? e.Str("reportingComponent") ?? "";
        var host = e.Str("source", "host") ?? e.Str("reportingInstance");
        return host is null ? component : string.Create(CultureInfo.InvariantCulture, $"{component}, {host}");
    }
}
