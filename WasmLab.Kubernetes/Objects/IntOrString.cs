using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace WasmLab.Kubernetes.Objects;

/// <summary>A port: a number, or the name of a container's port.</summary>
[JsonConverter(typeof(IntOrStringConverter))]
public readonly record struct IntOrString
{
    /// <summary>A number.</summary>
    public IntOrString(int number) => Number = number;

    /// <summary>A name.</summary>
    public IntOrString(string name) => Name = name;

    /// <summary>The number, or null when it is a name.</summary>
    public int? Number { get; }

    /// <summary>The name, or null when it is a number.</summary>
    public string? Name { get; }

    /// <summary>A number.</summary>
    public static implicit operator IntOrString(int number) => new(number);

    /// <summary>A name.</summary>
    public static implicit operator IntOrString(string name) => new(name);

    /// <inheritdoc/>
    public override string ToString() => Name ?? (Number ?? 0).ToString(CultureInfo.InvariantCulture);
}

internal sealed class IntOrStringConverter : JsonConverter<IntOrString>
{
    public override IntOrString Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number ? new(reader.GetInt32()) : new(reader.GetString() ?? "");

    public override void Write(Utf8JsonWriter writer, IntOrString value, JsonSerializerOptions options)
    {
        if (value.Name is { } name)
        {
            writer.WriteStringValue(name);
        }
        else
        {
            writer.WriteNumberValue(value.Number ?? 0);
        }
    }
}
