using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Json;

namespace WasmLab.EmbeddedCluster.Api.ManagedFields;

/// <summary>An entry of <c>metadata.managedFields</c>: the fields that one manager owns by one kind of operation.</summary>
internal sealed record ManagerEntry(string Manager, string Operation, string ApiVersion, string? Subresource, string Time, FieldSet Fields)
{
    public const string Apply = "Apply";
    public const string Update = "Update";

    public bool IsSame(ManagerEntry other) =>
        (Manager, Operation, ApiVersion, Subresource) == (other.Manager, other.Operation, other.ApiVersion, other.Subresource);

    /// <summary>The entries of an object; what is no entry is left out.</summary>
    public static List<ManagerEntry> Read(JsonObject obj) => [.. obj.Objects("metadata", "managedFields")
        .Where(entry => entry.Str("manager") is not null && entry.Obj("fieldsV1") is not null)
        .Select(entry => new ManagerEntry(
            entry.Str("manager")!,
            entry.Str("operation") ?? Update,
            entry.Str("apiVersion") ?? "",
            entry.Str("subresource"),
            entry.Str("time") ?? "",
            FieldSet.Parse(entry.Obj("fieldsV1")!)))];

    /// <summary>Writes the entries that own anything.</summary>
    public static void Write(JsonObject obj, IEnumerable<ManagerEntry> entries)
    {
        var list = new JsonArray([.. entries.Where(entry => !entry.Fields.IsEmpty).Select(entry => entry.ToJson())]);
        if (list.Count > 0)
        {
            obj.Child("metadata")["managedFields"] = list;
        }
        else
        {
            obj.Child("metadata").Remove("managedFields");
        }
    }

    private JsonObject ToJson()
    {
        var json = new JsonObject
        {
            ["manager"] = Manager,
            ["operation"] = Operation,
            ["apiVersion"] = ApiVersion,
            ["time"] = Time,
            ["fieldsType"] = "FieldsV1",
            ["fieldsV1"] = Fields.ToJson(),
        };
        if (Subresource is not null)
        {
            json["subresource"] = Subresource;
        }

        return json;
    }
}
