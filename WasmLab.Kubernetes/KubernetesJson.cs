using System.Collections;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.Kubernetes;

/// <summary>How objects of the Kubernetes API are written and read as JSON.</summary>
public static class KubernetesJson
{
    /// <summary>Names in camel case; nulls and empty collections omitted, as the API itself omits them.</summary>
    public static JsonSerializerOptions Options { get; } = CreateOptions();

    private static JsonSerializerOptions CreateOptions()
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            Converters = { new TimeConverter() },
            TypeInfoResolver = new DefaultJsonTypeInfoResolver().WithAddedModifier(OmitEmptyCollections),
        };
        options.MakeReadOnly();
        return options;
    }

    private static void OmitEmptyCollections(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            if (typeof(ICollection).IsAssignableFrom(property.PropertyType) && type.Type.IsAssignableTo(typeof(Extensible))
                && !IsItems(type.Type, property.Name) && !property.IsExtensionData)
            {
                property.ShouldSerialize = static (_, value) => value is ICollection { Count: > 0 };
            }
        }
    }

    private static bool IsItems(Type type, string property) =>
        property == "items" && type.IsGenericType && type.GetGenericTypeDefinition() == typeof(KubernetesList<>);
}
