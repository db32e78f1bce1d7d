using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Resources;
using WasmLab.EmbeddedCluster.Api.Schemas;

namespace WasmLab.EmbeddedCluster.Api.Discovery;

/// <summary>Writes schema types as OpenAPI does, version 2 or 3.</summary>
internal sealed class OpenApiSchemas(int version)
{
    private static readonly Dictionary<string, string> s_packages = new(StringComparer.Ordinal)
    {
        ["meta"] = "io.k8s.apimachinery.pkg.apis.meta",
        ["wasmlab"] = "dev.wasmlab",
    };

    /// <summary>The name of a type in OpenAPI: <c>io.k8s.api.core.v1.Pod</c>.</summary>
    public static string NameOf(StructType type)
    {
        var dot = type.Name.IndexOf('.', StringComparison.Ordinal);
        var package = type.Name[..dot];
        return s_packages.GetValueOrDefault(package, $"io.k8s.api.{package}") + type.Name[dot..];
    }

    /// <summary>The schema of a type.</summary>
    public JsonObject Write(StructType type)
    {
        var json = new JsonObject { ["type"] = "object" };
        if (type.Description.Length > 0)
        {
            json["description"] = type.Description;
        }

        if (type.Fields.Count > 0)
        {
            json["properties"] = new JsonObject(type.Fields.Values.Select(field => KeyValuePair.Create(field.Name, (JsonNode?)Field(field))));
        }

        var required = type.Fields.Values.Where(field => field.Required).Select(field => (JsonNode?)JsonValue.Create(field.Name)).ToArray();
        if (required.Length > 0)
        {
            json["required"] = new JsonArray(required);
        }

        if (type.Atomic)
        {
            json["x-kubernetes-map-type"] = "atomic";
        }

        var kinds = ResourceRegistry.All.Where(resource => resource.SchemaName == type.Name).Select(resource => (JsonNode)Kind(resource)).ToArray();
        if (kinds.Length > 0)
        {
            json["x-kubernetes-group-version-kind"] = new JsonArray(kinds);
        }

        return json;
    }

    /// <summary>Group, version and kind of a resource.</summary>
    public static JsonObject Kind(ResourceDefinition resource) =>
        new() { ["group"] = resource.Type.Group, ["version"] = resource.Type.Version, ["kind"] = resource.Type.Kind };

    /// <summary>A reference to a type.</summary>
    public string Reference(StructType type) => $"{(version == 2 ? "#/definitions/" : "#/components/schemas/")}{NameOf(type)}";

    private JsonObject Field(SchemaField field)
    {
        var json = Value(field.Type);
        if (field.Description.Length > 0)
        {
            if (version == 3 && json.ContainsKey("$ref"))
            {
                json = new JsonObject { ["allOf"] = new JsonArray(json) };
            }

            json["description"] = field.Description;
        }

        if (field.PatchMerge)
        {
            json["x-kubernetes-patch-strategy"] = "merge";
        }

        if (field.PatchMergeKey is { } key)
        {
            json["x-kubernetes-patch-merge-key"] = key;
        }

        return json;
    }

    private JsonObject Value(SchemaType type)
    {
        switch (type)
        {
            case StructType one:
                return new() { ["$ref"] = Reference(one) };
            case MapType map:
                var mapJson = new JsonObject { ["type"] = "object", ["additionalProperties"] = Value(map.Value) };
                if (map.Atomic)
                {
                    mapJson["x-kubernetes-map-type"] = "atomic";
                }

                return mapJson;
            case ListType list:
                var listJson = new JsonObject
                {
                    ["type"] = "array",
                    ["items"] = Value(list.Item),
                    ["x-kubernetes-list-type"] = list.Kind.ToString().ToLowerInvariant(),
                };
                if (list.Kind == ListKind.Map)
                {
                    listJson["x-kubernetes-list-map-keys"] = new JsonArray([.. list.Keys.Select(key => JsonValue.Create(key))]);
                }

                return listJson;
            case ScalarType scalar:
                return Scalar(scalar.Kind);
            default:
                return new() { ["type"] = "object" };
        }
    }

    private JsonObject Scalar(ScalarKind kind) => kind switch
    {
        ScalarKind.Boolean => new() { ["type"] = "boolean" },
        ScalarKind.Int32 => new() { ["type"] = "integer", ["format"] = "int32" },
        ScalarKind.Int64 => new() { ["type"] = "integer", ["format"] = "int64" },
        ScalarKind.Double => new() { ["type"] = "number", ["format"] = "double" },
        ScalarKind.Time or ScalarKind.MicroTime => new() { ["type"] = "string", ["format"] = "date-time" },
        ScalarKind.Bytes => new() { ["type"] = "string", ["format"] = "byte" },
        ScalarKind.IntOrString when version == 3 => new()
        {
            ["oneOf"] = new JsonArray(new JsonObject { ["type"] = "integer" }, new JsonObject { ["type"] = "string" }),
            ["format"] = "int-or-string",
        },
        ScalarKind.IntOrString => new() { ["type"] = "string", ["format"] = "int-or-string" },
        _ => new() { ["type"] = "string" },
    };
}
