using System.Text;
using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Json;
using WasmLab.EmbeddedCluster.Api.Validation;

namespace WasmLab.EmbeddedCluster.Api.Resources.Kinds;

/// <summary>ConfigMaps.</summary>
internal sealed class ConfigMapStrategy : ResourceStrategy
{
    public override void Validate(JsonObject obj, FieldErrors errors)
    {
        foreach (var field in (ReadOnlySpan<string>)["data", "binaryData"])
        {
            ConfigData.Validate(obj, field, errors);
        }

        foreach (var (key, _) in obj.Obj("binaryData") ?? [])
        {
            if (obj.Obj("data")?.ContainsKey(key) == true)
            {
                errors.Invalid($"data[{key}]", key, $"duplicate of key present in binaryData");
            }
        }
    }

    public override void ValidateUpdate(JsonObject obj, JsonObject old, FieldErrors errors) =>
        ConfigData.ValidateImmutable(obj, old, errors, "data", "binaryData");
}

/// <summary>Secrets.</summary>
internal sealed class SecretStrategy : ResourceStrategy
{
    private static readonly Dictionary<string, string[]> s_requiredKeys = new(StringComparer.Ordinal)
    {
        ["kubernetes.io/tls"] = ["tls.crt", "tls.key"],
        ["kubernetes.io/dockerconfigjson"] = [".dockerconfigjson"],
        ["kubernetes.io/dockercfg"] = [".dockercfg"],
        ["kubernetes.io/ssh-auth"] = ["ssh-privatekey"],
    };

    public override void Default(JsonObject obj)
    {
        obj.Default("type", "Opaque");
        if (obj.Obj("stringData") is { } texts)
        {
            var data = obj.Child("data");
            foreach (var (key, text) in texts)
            {
                data[key] = Convert.ToBase64String(Encoding.UTF8.GetBytes(text!.GetValue<string>()));
            }

            obj.Remove("stringData");
        }
    }

    public override void Validate(JsonObject obj, FieldErrors errors)
    {
        ConfigData.Validate(obj, "data", errors);
        foreach (var key in s_requiredKeys.GetValueOrDefault(obj.Str("type")!, []))
        {
            if (obj.Obj("data")?.ContainsKey(key) != true)
            {
                errors.Required($"data[{key}]");
            }
        }
    }

    public override void ValidateUpdate(JsonObject obj, JsonObject old, FieldErrors errors)
    {
        Immutable("type", obj["type"], old["type"], errors);
        ConfigData.ValidateImmutable(obj, old, errors, "data");
    }
}

/// <summary>What ConfigMaps and Secrets have in common.</summary>
internal static class ConfigData
{
    private const int MaximumSize = 1024 * 1024;

    public static void Validate(JsonObject obj, string field, FieldErrors errors)
    {
        var size = 0L;
        foreach (var (key, value) in obj.Obj(field) ?? [])
        {
            if (Names.ConfigKey(key) is { } error)
            {
                errors.Invalid($"{field}[{key}]", key, error);
            }

            size += Encoding.UTF8.GetByteCount(value!.GetValue<string>());
        }

        // Values in base64 take a third more than what they stand for.
        if (size > (field == "data" && obj.Str("kind") == "ConfigMap" ? MaximumSize : MaximumSize * 4L / 3))
        {
            errors.TooLong(field == "data" && obj.Str("kind") == "ConfigMap" ? "" : field, MaximumSize);
        }
    }

    public static void ValidateImmutable(JsonObject obj, JsonObject old, FieldErrors errors, params ReadOnlySpan<string> fields)
    {
        if (old.Bool("immutable") != true)
        {
            return;
        }

        if (obj.Bool("immutable") != true)
        {
            errors.Forbidden("immutable", "field is immutable when `immutable` is set");
        }

        foreach (var field in fields)
        {
            if (!JsonNode.DeepEquals(obj[field], old[field]))
            {
                errors.Forbidden(field, "field is immutable when `immutable` is set");
            }
        }
    }
}
