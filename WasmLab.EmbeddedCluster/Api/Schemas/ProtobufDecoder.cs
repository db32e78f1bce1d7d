using System.Globalization;
using System.Text.Json.Nodes;
using Google.Protobuf;
using WasmLab.EmbeddedCluster.Api.Http;
using WasmLab.EmbeddedCluster.Api.Json;

namespace WasmLab.EmbeddedCluster.Api.Schemas;

/// <summary>
/// Reads the binary form of objects (<c>application/vnd.kubernetes.protobuf</c>), in which some clients, <c>kubectl create</c> among them, insist on sending
/// the kinds that they have compiled in. Answers are always JSON, which the same clients accept.
/// </summary>
internal static class ProtobufDecoder
{
    public const string MediaType = "application/vnd.kubernetes.protobuf";

    private const int TypeMetaNumber = 1;
    private const int RawNumber = 2;

    private static ReadOnlySpan<byte> Magic => "k8s\0"u8;

    /// <summary>The object within the envelope that names its kind.</summary>
    /// <param name="bytes">The body of a request.</param>
    /// <param name="schemaOf">Finds the schema by apiVersion and kind.</param>
    /// <exception cref="Kubernetes.KubernetesException">It is no such object.</exception>
    public static JsonObject Decode(ReadOnlySpan<byte> bytes, Func<string, string, StructType?> schemaOf)
    {
        if (!bytes.StartsWith(Magic))
        {
            throw Statuses.BadRequest("the body of the request is no Kubernetes protobuf: its first bytes are wrong").AsException();
        }

        try
        {
            var (apiVersion, kind, raw) = Envelope(bytes[Magic.Length..].ToArray());
            var type = schemaOf(apiVersion, kind)
                ?? throw Statuses.BadRequest($"no kind \"{kind}\" is registered for version \"{apiVersion}\"").AsException();
            var obj = Message(raw, type, depth: 0);
            obj["apiVersion"] = apiVersion;
            obj["kind"] = kind;
            return obj;
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw Statuses.BadRequest($"the body of the request is no Kubernetes protobuf: {exception.Message}").AsException(exception);
        }
    }

    private static (string ApiVersion, string Kind, byte[] Raw) Envelope(byte[] bytes)
    {
        var (apiVersion, kind, raw) = ("", "", Array.Empty<byte>());
        var input = new CodedInputStream(bytes);
        while (input.ReadTag() is not 0 and var tag)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case TypeMetaNumber:
                    var meta = new CodedInputStream(input.ReadBytes().ToByteArray());
                    while (meta.ReadTag() is not 0 and var metaTag)
                    {
                        switch (WireFormat.GetTagFieldNumber(metaTag))
                        {
                            case 1:
                                apiVersion = meta.ReadString();
                                break;
                            case 2:
                                kind = meta.ReadString();
                                break;
                            default:
                                meta.SkipLastField();
                                break;
                        }
                    }

                    break;
                case RawNumber:
                    raw = input.ReadBytes().ToByteArray();
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        }

        return (apiVersion, kind, raw);
    }

    private static JsonObject Message(byte[] bytes, StructType type, int depth)
    {
        var obj = new JsonObject();
        Message(bytes, obj, [.. type.Fields.Values.Where(field => field.Numbers.Count > 0).Select(field => (field, field.Numbers))], depth);
        return obj;
    }

    private static void Message(byte[] bytes, JsonObject obj, IReadOnlyList<(SchemaField Field, IReadOnlyList<int> Numbers)> fields, int depth)
    {
        if (depth > 64)
        {
            throw Statuses.BadRequest("the body of the request is nested too deeply").AsException();
        }

        var input = new CodedInputStream(bytes);
        while (input.ReadTag() is not 0 and var tag)
        {
            var number = WireFormat.GetTagFieldNumber(tag);
            var matching = fields.Where(field => field.Numbers[0] == number).ToList();
            if (matching is [(var field, { Count: 1 })])
            {
                Read(input, tag, obj, field, depth);
            }
            else if (matching.Count > 0)
            {
                // The fields of a message that JSON shows as fields of the message around it.
                Message(input.ReadBytes().ToByteArray(), obj, [.. matching.Select(inner => (inner.Field, (IReadOnlyList<int>)[.. inner.Numbers.Skip(1)]))], depth + 1);
            }
            else
            {
                input.SkipLastField();
            }
        }
    }

    private static void Read(CodedInputStream input, uint tag, JsonObject obj, SchemaField field, int depth)
    {
        switch (field.Type)
        {
            case MapType map:
                var (key, value) = Entry(input.ReadBytes().ToByteArray(), map, depth);
                obj.Child(field.Name)[key] = value;
                break;
            case ListType list:
                if (obj[field.Name] is not JsonArray array)
                {
                    obj[field.Name] = array = [];
                }

                array.Add(Value(input, tag, list.Item, depth));
                break;
            default:
                var single = Value(input, tag, field.Type, depth);
                if (single is not null && (field.Pointer || !IsZero(single)))
                {
                    obj[field.Name] = single;
                }

                break;
        }
    }

    private static (string Key, JsonNode? Value) Entry(byte[] bytes, MapType map, int depth)
    {
        var (key, value) = ("", (JsonNode?)null);
        var input = new CodedInputStream(bytes);
        while (input.ReadTag() is not 0 and var tag)
        {
            switch (WireFormat.GetTagFieldNumber(tag))
            {
                case 1:
                    key = input.ReadString();
                    break;
                case 2:
                    value = Value(input, tag, map.Value, depth);
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        }

        return (key, value ?? "");
    }

    private static JsonNode? Value(CodedInputStream input, uint tag, SchemaType type, int depth)
    {
        switch (type)
        {
            case StructType one:
                return Message(input.ReadBytes().ToByteArray(), one, depth + 1);
            case ScalarType { Kind: ScalarKind.String }:
                return input.ReadString();
            case ScalarType { Kind: ScalarKind.Boolean }:
                return input.ReadBool();
            case ScalarType { Kind: ScalarKind.Int32 or ScalarKind.Int64 }:
                return input.ReadInt64();
            case ScalarType { Kind: ScalarKind.Double }:
                return input.ReadDouble();
            case ScalarType { Kind: ScalarKind.Bytes }:
                return Convert.ToBase64String(input.ReadBytes().Span);
            case ScalarType scalar:
                return Wrapped(input.ReadBytes().ToByteArray(), scalar.Kind);
            default:
                // A field set: JSON within a message.
                var raw = Parts(input.ReadBytes().ToByteArray());
                return raw.Bytes is { } json ? JsonNode.Parse(json) : null;
        }
    }

    private static JsonValue? Wrapped(byte[] bytes, ScalarKind kind)
    {
        var parts = Parts(bytes);
        switch (kind)
        {
            case ScalarKind.Quantity:
                return JsonValue.Create(System.Text.Encoding.UTF8.GetString(parts.Bytes ?? []));
            case ScalarKind.IntOrString:
                return parts.Numbers.GetValueOrDefault(1) == 1
                    ? JsonValue.Create(System.Text.Encoding.UTF8.GetString(parts.Bytes ?? []))
                    : JsonValue.Create((int)parts.Numbers.GetValueOrDefault(2));
            default:
                if (parts.Numbers.Count == 0)
                {
                    return null;
                }

                var time = DateTimeOffset.FromUnixTimeSeconds(parts.Numbers.GetValueOrDefault(1)).AddTicks(parts.Numbers.GetValueOrDefault(2) / 100);
                return JsonValue.Create(kind == ScalarKind.Time
                    ? time.ToApiTime()
                    : time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
        }
    }

    /// <summary>The numbers of a small message by their fields, and its one text or bytes.</summary>
    private static (Dictionary<int, long> Numbers, byte[]? Bytes) Parts(byte[] bytes)
    {
        var numbers = new Dictionary<int, long>();
        byte[]? text = null;
        var input = new CodedInputStream(bytes);
        while (input.ReadTag() is not 0 and var tag)
        {
            switch (WireFormat.GetTagWireType(tag))
            {
                case WireFormat.WireType.Varint:
                    numbers[WireFormat.GetTagFieldNumber(tag)] = input.ReadInt64();
                    break;
                case WireFormat.WireType.LengthDelimited:
                    text = input.ReadBytes().ToByteArray();
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        }

        return (numbers, text);
    }

    private static bool IsZero(JsonNode value) => value is JsonValue single && single.GetValueKind() switch
    {
        System.Text.Json.JsonValueKind.String => single.GetValue<string>().Length == 0,
        System.Text.Json.JsonValueKind.False => true,
        System.Text.Json.JsonValueKind.Number => single.TryGetValue<long>(out var number) && number == 0,
        _ => false,
    };
}
