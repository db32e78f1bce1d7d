using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Http;
using WasmLab.EmbeddedCluster.Api.Json;
using WasmLab.EmbeddedCluster.Api.Resources;
using WasmLab.EmbeddedCluster.Api.Schemas;

namespace WasmLab.EmbeddedCluster.Api.Verbs;

/// <summary>Makes what a client sent into an object of the resource.</summary>
internal static class ObjectDecoding
{
    /// <summary>Checks kind and version, drops what the schema does not know, and turns a view's object into what is stored.</summary>
    public static JsonObject Decode(JsonObject body, ResourceDefinition resource, WriteOptions options)
    {
        var type = resource.Type;
        var (apiVersion, kind) = (body.Str("apiVersion"), body.Str("kind"));
        if (kind is not null && kind != type.Kind)
        {
            throw Statuses.BadRequest(
                $"the object provided is unrecognized (must be of type {type.Kind}): couldn't get version/kind; it is a {kind}").AsException();
        }

        if (apiVersion is not null && apiVersion != type.ApiVersion)
        {
            throw Statuses.BadRequest(
                $"the API version in the data ({apiVersion}) does not match the expected API version ({type.ApiVersion})").AsException();
        }

        var obj = new JsonObject { ["kind"] = type.Kind, ["apiVersion"] = type.ApiVersion, ["metadata"] = new JsonObject() };
        foreach (var (name, value) in body)
        {
            if (name is not ("kind" or "apiVersion"))
            {
                obj[name] = value?.DeepClone();
            }
        }

        Report(SchemaDecoder.Decode(obj, resource.Schema), options);
        obj.Child("metadata");
        return resource.View is { } view ? view.ToStored(obj) : obj;
    }

    private static void Report(IReadOnlyList<string> unknown, WriteOptions options)
    {
        if (unknown.Count == 0 || options.Unknown == FieldValidation.Ignore)
        {
            return;
        }

        if (options.Unknown == FieldValidation.Strict)
        {
            throw Statuses.BadRequest(
                $"strict decoding error: {string.Join(", ", unknown.Select(field => $"unknown field \"{field}\""))}").AsException();
        }

        foreach (var field in unknown)
        {
            options.Warn($"unknown field \"{field}\"");
        }
    }
}
