using System.Text.Json;
using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Resources;
using WasmLab.EmbeddedCluster.Api.Schemas;
using WasmLab.Kubernetes;

namespace WasmLab.EmbeddedCluster.Api.Discovery;

/// <summary>The OpenAPI documents: version 3 a group version each, version 2 all in one. They are made once, when first asked for.</summary>
internal static class OpenApiDocuments
{
    private static readonly Lazy<byte[]> s_v2 = new(() => Bytes(Version2()));

    private static readonly Lazy<IReadOnlyDictionary<string, byte[]>> s_v3 = new(() => GroupVersions().ToDictionary(
        path => path, path => Bytes(Version3(path)), StringComparer.Ordinal));

    /// <summary><c>/openapi/v2</c>.</summary>
    public static ReadOnlyMemory<byte> V2 => s_v2.Value;

    /// <summary><c>/openapi/v3</c>: where the documents are.</summary>
    public static JsonObject V3Index() => new()
    {
        ["paths"] = new JsonObject(GroupVersions().Select(path => KeyValuePair.Create(
            path, (JsonNode?)new JsonObject { ["serverRelativeURL"] = $"/openapi/v3/{path}?hash={ApiServer.Version}" }))),
    };

    /// <summary><c>/openapi/v3/PATH</c>; null when there is none.</summary>
    public static ReadOnlyMemory<byte>? V3(string path) => s_v3.Value.TryGetValue(path, out var document) ? document : null;

    private static IEnumerable<string> GroupVersions() => ResourceRegistry.All.Select(PathOf).Distinct();

    private static string PathOf(ResourceDefinition resource) =>
        resource.Type.Group.Length == 0 ? $"api/{resource.Type.Version}" : $"apis/{resource.Type.ApiVersion}";

    private static byte[] Bytes(JsonObject document) => JsonSerializer.SerializeToUtf8Bytes<JsonNode>(document, KubernetesJson.Options);

    private static JsonObject Info() => new() { ["title"] = "Kubernetes", ["version"] = ApiServer.Version };

    private static JsonObject Version2()
    {
        var schemas = new OpenApiSchemas(2);
        return new()
        {
            ["swagger"] = "2.0",
            ["info"] = Info(),
            ["paths"] = new JsonObject(ResourceRegistry.All.SelectMany(resource => Paths(resource, schemas, 2))),
            ["definitions"] = new JsonObject(SchemaCatalog.Default.Types.Select(type =>
                KeyValuePair.Create(OpenApiSchemas.NameOf(type), (JsonNode?)schemas.Write(type)))),
        };
    }

    private static JsonObject Version3(string path)
    {
        var schemas = new OpenApiSchemas(3);
        var resources = ResourceRegistry.All.Where(resource => PathOf(resource) == path).ToList();
        var types = new List<StructType>();
        resources.ForEach(resource => Reach(resource.Schema, types));
        return new()
        {
            ["openapi"] = "3.0.0",
            ["info"] = Info(),
            ["paths"] = new JsonObject(resources.SelectMany(resource => Paths(resource, schemas, 3))),
            ["components"] = new JsonObject
            {
                ["schemas"] = new JsonObject(types.Select(type => KeyValuePair.Create(OpenApiSchemas.NameOf(type), (JsonNode?)schemas.Write(type)))),
            },
        };
    }

    /// <summary>A type and all types that it is made of.</summary>
    private static void Reach(SchemaType type, List<StructType> reached)
    {
        switch (type)
        {
            case StructType one when reached.TrueForAll(other => other.Name != one.Name):
                reached.Add(one);
                foreach (var field in one.Fields.Values)
                {
                    Reach(field.Type, reached);
                }

                break;
            case ListType list:
                Reach(list.Item, reached);
                break;
            case MapType map:
                Reach(map.Value, reached);
                break;
        }
    }

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Paths(ResourceDefinition resource, OpenApiSchemas schemas, int version)
    {
        var scope = resource.Type.Namespaced ? "/namespaces/{namespace}" : "";
        var collection = $"/{PathOf(resource)}{scope}/{resource.Type.Plural}";
        yield return KeyValuePair.Create(collection, (JsonNode?)new JsonObject
        {
            ["get"] = Operation(resource, schemas, "list", version),
            ["post"] = Operation(resource, schemas, "post", version, "dryRun", "fieldManager", "fieldValidation"),
            ["delete"] = Operation(resource, schemas, "deletecollection", version, "dryRun"),
            ["parameters"] = Parameters(version, resource.Type.Namespaced ? ["namespace"] : [], "path"),
        });
        yield return KeyValuePair.Create($"{collection}/{{name}}", (JsonNode?)new JsonObject
        {
            ["get"] = Operation(resource, schemas, "get", version),
            ["put"] = Operation(resource, schemas, "put", version, "dryRun", "fieldManager", "fieldValidation"),
            ["patch"] = Operation(resource, schemas, "patch", version, "dryRun", "fieldManager", "fieldValidation", "force"),
            ["delete"] = Operation(resource, schemas, "delete", version, "dryRun"),
            ["parameters"] = Parameters(version, resource.Type.Namespaced ? ["name", "namespace"] : ["name"], "path"),
        });
    }

    private static JsonObject Operation(
        ResourceDefinition resource, OpenApiSchemas schemas, string action, int version, params ReadOnlySpan<string> parameters)
    {
        var schema = new JsonObject { ["$ref"] = schemas.Reference(resource.Schema) };
        var response = new JsonObject { ["description"] = "OK" };
        if (version == 3)
        {
            response["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = schema } };
        }
        else
        {
            response["schema"] = schema;
        }

        return new()
        {
            ["operationId"] = $"{action}{resource.Type.Group.Replace(".", "", StringComparison.Ordinal)}{resource.Type.Version}{resource.Type.Kind}",
            ["parameters"] = Parameters(version, parameters, "query"),
            ["responses"] = new JsonObject { ["200"] = response },
            ["x-kubernetes-action"] = action,
            ["x-kubernetes-group-version-kind"] = OpenApiSchemas.Kind(resource),
        };
    }

    private static JsonArray Parameters(int version, ReadOnlySpan<string> names, string place)
    {
        var parameters = new JsonArray();
        foreach (var name in names)
        {
            var parameter = new JsonObject { ["name"] = name, ["in"] = place };
            if (place == "path")
            {
                parameter["required"] = true;
            }

            if (version == 3)
            {
                parameter["schema"] = new JsonObject { ["type"] = "string" };
            }
            else
            {
                parameter["type"] = "string";
            }

            parameters.Add(parameter);
        }

        return parameters;
    }
}
