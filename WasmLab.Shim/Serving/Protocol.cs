using System.Text.Json.Serialization;

namespace WasmLab.Shim.Serving;

/// <summary>A line that <c>serve</c> reads.</summary>
internal sealed record Request
{
    public string? Op { get; init; }

    public string? Id { get; init; }

    /// <summary>start: the module's file.</summary>
    public string? Module { get; init; }

    public IReadOnlyList<string>? Args { get; init; }

    public IReadOnlyDictionary<string, string>? Env { get; init; }

    /// <summary>start: the host's directory for each name of the guest.</summary>
    public IReadOnlyDictionary<string, string>? Preopens { get; init; }

    /// <summary>start: what binds to 0.0.0.0 go to; null for no change.</summary>
    public string? Address { get; init; }

    /// <summary>start: the log file that standard output is appended to; null throws it away.</summary>
    public string? Stdout { get; init; }

    public string? Stderr { get; init; }

    /// <summary>signal: TERM or KILL.</summary>
    public string? Signal { get; init; }
}

/// <summary>A line that <c>serve</c> writes.</summary>
[JsonDerivedType(typeof(ExitedEvent))]
internal record ShimEvent([property: JsonPropertyOrder(-2)] string Event, [property: JsonPropertyOrder(-1)] string? Id = null, string? Message = null);

/// <summary>An instance has ended. Its reason is there even when it is null.</summary>
internal sealed record ExitedEvent(string InstanceId, int Code, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Reason)
    : ShimEvent("exited", InstanceId)
{
    [JsonIgnore]
    public string InstanceId { get; } = InstanceId;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Request))]
[JsonSerializable(typeof(ShimEvent))]
[JsonSerializable(typeof(ExitedEvent))]
internal sealed partial class ProtocolJson : JsonSerializerContext;
