using System.Globalization;
using System.Text.Json.Nodes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Api.Validation;

/// <summary>Everything that is wrong with an object, field by field, in the words that Kubernetes uses.</summary>
internal sealed class FieldErrors
{
    private readonly List<StatusCause> _causes = [];

    public IReadOnlyList<StatusCause> Causes => _causes;

    public bool Any => _causes.Count > 0;

    public void Required(string field, string detail = "") =>
        Add("FieldValueRequired", field, detail.Length == 0 ? "Required value" : $"Required value: {detail}");

    public void Invalid(string field, JsonNode? value, string detail) =>
        Add("FieldValueInvalid", field, $"Invalid value: {value?.ToJsonString() ?? "null"}: {detail}");

    public void NotSupported(string field, string value, params ReadOnlySpan<string> supported) => Add(
        "FieldValueNotSupported", field,
        $"Unsupported value: \"{value}\": supported values: {string.Join(", ", supported.ToArray().Select(one => $"\"{one}\""))}");

    public void Forbidden(string field, string detail) => Add("FieldValueForbidden", field, $"Forbidden: {detail}");

    public void Duplicate(string field, string value) => Add("FieldValueDuplicate", field, $"Duplicate value: \"{value}\"");

    public void NotFound(string field, string value) => Add("FieldValueNotFound", field, $"Not found: \"{value}\"");

    public void TooLong(string field, int limit) => Add(
        "FieldValueTooLong", field, string.Create(CultureInfo.InvariantCulture, $"Too long: may not be more than {limit} bytes"));

    /// <summary>A field that must be one of a few values; an empty one is required.</summary>
    public void OneOf(string field, string? value, params ReadOnlySpan<string> supported)
    {
        if (value is null)
        {
            Required(field);
        }
        else if (!supported.Contains(value))
        {
            NotSupported(field, value, supported);
        }
    }

    /// <summary>A number that must lie between two others.</summary>
    public void Between(string field, long? value, long least, long most)
    {
        if (value is { } number && (number < least || number > most))
        {
            Invalid(field, number, string.Create(CultureInfo.InvariantCulture, $"must be between {least} and {most}, inclusive"));
        }
    }

    /// <summary>A number that must not be negative.</summary>
    public void NotNegative(string field, long? value)
    {
        if (value < 0)
        {
            Invalid(field, value, "must be greater than or equal to 0");
        }
    }

    /// <summary>A name; <paramref name="check"/> says what is wrong with it.</summary>
    public void Name(string field, string? value, Func<string, string?> check)
    {
        if (value is null)
        {
            Required(field);
        }
        else if (check(value) is { } error)
        {
            Invalid(field, value, error);
        }
    }

    private void Add(string reason, string field, string message) =>
        _causes.Add(new() { Reason = reason, Field = field, Message = message });
}
