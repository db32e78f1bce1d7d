using System.Text.Json;
using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Json;

namespace WasmLab.EmbeddedCluster.Api.Tables;

/// <summary>What a row of a table carries besides its cells.</summary>
internal enum RowObject
{
    Metadata,
    None,
    Object,
}

/// <summary>Renders objects as a <c>meta.k8s.io/v1 Table</c>.</summary>
internal static class TableWriter
{
    public static JsonObject Write(TableDefinition table, IEnumerable<JsonElement> objects, JsonObject listMetadata, RowObject include, DateTimeOffset now, bool columns = true)
    {
        var rows = new JsonArray();
        foreach (var obj in objects)
        {
            rows.Add(Row(table, obj, include, now));
        }

        return new()
        {
            ["kind"] = "Table",
            ["apiVersion"] = "meta.k8s.io/v1",
            ["metadata"] = listMetadata,
            ["columnDefinitions"] = columns ? Columns(table) : new JsonArray(),
            ["rows"] = rows,
        };
    }

    private static JsonArray Columns(TableDefinition table) => new([.. table.Columns.Select(column => new JsonObject
    {
        ["name"] = column.Name,
        ["type"] = column.Type,
        ["format"] = column.Format,
        ["description"] = column.Description,
        ["priority"] = column.Priority,
    })]);

    private static JsonObject Row(TableDefinition table, JsonElement obj, RowObject include, DateTimeOffset now)
    {
        var row = new JsonObject { ["cells"] = new JsonArray([.. table.Columns.Select(column => column.Cell(obj, now))]) };
        if (include != RowObject.None)
        {
            row["object"] = include == RowObject.Object ? JsonObject.Create(obj) : PartialMetadata(obj);
        }

        return row;
    }

    /// <summary>An object reduced to its metadata.</summary>
    public static JsonObject PartialMetadata(JsonElement obj) => new()
    {
        ["kind"] = "PartialObjectMetadata",
        ["apiVersion"] = "meta.k8s.io/v1",
        ["metadata"] = obj.At("metadata") is { } metadata ? JsonObject.Create(metadata) : new JsonObject(),
    };
}
