using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Http;
using WasmLab.EmbeddedCluster.Api.Validation;

namespace WasmLab.EmbeddedCluster.Api.Schemas;

/// <summary>Makes what a client sent into an object of its schema: drops nulls and unknown fields, refuses values of a wrong type.</summary>
internal sealed class SchemaDecoder
{
    private readonly List<string> _unknown = [];
    private readonly string _subject;

    private SchemaDecoder(string subject) => _subject = subject;

    /// <summary>Decodes an object in place.</summary>
    /// <param name="obj">The object.</param>
    /// <param name="type">Its schema.</param>
    /// <returns>Paths of the fields that the schema does not know, which were dropped.</returns>
    /// <exception cref="Kubernetes.KubernetesException">A value has a wrong type.</exception>
    public static IReadOnlyList<string> Decode(JsonObject obj, StructType type)
    {
        var kind = type.Name[(type.Name.LastIndexOf('.') + 1)..];
        var decoder = new SchemaDecoder($"{kind} in version \"{obj["apiVersion"]}\" cannot be handled as a {kind}");
        decoder.Struct(obj, type, "");
        return decoder._unknown;
    }

    private void Struct(JsonObject obj, StructType type, string path)
    {
        List<string>? drop = null;
        List<(string Name, JsonNode Value)>? replace = null;
        foreach (var (name, value) in obj)
        {
            var fieldPath = path.Length == 0 ? name : $"{path}.{name}";
            var field = type.Field(name);
            if (field is null)
            {
                _unknown.Add(fieldPath);
            }

            if (field is null || value is null)
            {
                (drop ??= []).Add(name);
            }
            else if (Value(value, field.Type, fieldPath) is { } changed)
            {
                (replace ??= []).Add((name, changed));
            }
        }

        drop?.ForEach(name => obj.Remove(name));
        replace?.ForEach(entry => obj[entry.Name] = entry.Value);
    }

    /// <summary>Checks a value; what it is to be replaced with, or null.</summary>
    private JsonValue? Value(JsonNode value, SchemaType type, string path)
    {
        switch (type)
        {
            case StructType one:
                Struct(value as JsonObject ?? throw Wrong(value, "object", path), one, path);
                return null;
            case MapType map:
                Map(value as JsonObject ?? throw Wrong(value, "object", path), map, path);
                return null;
            case ListType list:
                List(value as JsonArray ?? throw Wrong(value, "array", path), list, path);
                return null;
            case ScalarType scalar:
                return Scalar(value, scalar.Kind, path);
            default:
                return null;
        }
    }

    private void Map(JsonObject obj, MapType map, string path)
    {
        foreach (var name in obj.Select(entry => entry.Key).ToList())
        {
            if (obj[name] is not { } value)
            {
                // As in Go, null is the zero value of what the map holds.
                obj[name] = map.Value is ScalarType ? "" : new JsonObject();
            }
            else if (Value(value, map.Value, $"{path}.{name}") is { } changed)
            {
                obj[name] = changed;
            }
        }
    }

    private void List(JsonArray array, ListType list, string path)
    {
        for (var i = 0; i < array.Count; i++)
        {
            var itemPath = string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]");
            if (array[i] is not { } value)
            {
                throw Statuses.BadRequest($"{_subject}: {itemPath} is null").AsException();
            }

            if (Value(value, list.Item, itemPath) is { } changed)
            {
                array[i] = changed;
            }
        }
    }

    private JsonValue? Scalar(JsonNode value, ScalarKind scalar, string path)
    {
        var kind = value.GetValueKind();
        switch (scalar)
        {
            case ScalarKind.Boolean:
                return kind is JsonValueKind.True or JsonValueKind.False ? null : throw Wrong(value, "bool", path);
            case ScalarKind.Int32:
                return kind == JsonValueKind.Number && Integer(value) is >= int.MinValue and <= int.MaxValue ? null : throw Wrong(value, "int32", path);
            case ScalarKind.Int64:
                return kind == JsonValueKind.Number && Integer(value) is not null ? null : throw Wrong(value, "int64", path);
            case ScalarKind.Double:
                return kind == JsonValueKind.Number ? null : throw Wrong(value, "float64", path);
            case ScalarKind.IntOrString:
                return kind == JsonValueKind.String || (kind == JsonValueKind.Number && Integer(value) is >= int.MinValue and <= int.MaxValue)
                    ? null
                    : throw Wrong(value, "int32 or string", path);
            case ScalarKind.Quantity:
                return QuantityValue(value, kind, path);
            case ScalarKind.Bytes:
                return kind == JsonValueKind.String && IsBase64(value.GetValue<string>())
                    ? null
                    : throw Statuses.BadRequest($"{_subject}: illegal base64 data in {path}").AsException();
            case ScalarKind.Time or ScalarKind.MicroTime:
                return kind == JsonValueKind.String && DateTimeOffset.TryParse(
                    value.GetValue<string>(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _)
                    ? null
                    : throw Statuses.BadRequest($"{_subject}: {path}: {value.ToJsonString()} is no RFC 3339 time").AsException();
            default:
                return kind == JsonValueKind.String ? null : throw Wrong(value, "string", path);
        }
    }

    private JsonValue? QuantityValue(JsonNode value, JsonValueKind kind, string path)
    {
        var text = kind switch
        {
            JsonValueKind.String => value.GetValue<string>(),
            JsonValueKind.Number => value.ToJsonString(),
            _ => throw Wrong(value, "quantity", path),
        };
        if (Quantity.Parse(text) is null)
        {
            throw Statuses.BadRequest($"{_subject}: {Quantity.SyntaxError} ({path}: \"{text}\")").AsException();
        }

        return kind == JsonValueKind.Number ? JsonValue.Create(text) : null;
    }

    private static long? Integer(JsonNode value)
    {
        var number = value.AsValue();
        return number.TryGetValue<long>(out var integer) ? integer
            : number.TryGetValue<int>(out var small) ? small
            : number.TryGetValue<double>(out var real) && Math.Truncate(real) == real && Math.Abs(real) < 1e18 ? (long)real
            : null;
    }

    private static bool IsBase64(string text) => System.Buffers.Text.Base64.IsValid(text);

    private Kubernetes.KubernetesException Wrong(JsonNode value, string expected, string path)
    {
        var found = value.GetValueKind() switch
        {
            JsonValueKind.Object => "object",
            JsonValueKind.Array => "array",
            JsonValueKind.String => "string",
            JsonValueKind.Number => $"number {value.ToJsonString()}",
            _ => "bool",
        };
        return Statuses.BadRequest($"{_subject}: json: cannot unmarshal {found} into Go struct field {path} of type {expected}").AsException();
    }
}
