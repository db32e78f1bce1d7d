using System.Text.Json.Serialization;

namespace WasmLab.Kubernetes.Objects;

/// <summary>The answer to a request that has no object to answer with; every error is one.</summary>
public sealed class Status : Extensible
{
    [JsonPropertyOrder(-3)]
    public string? Kind { get; set; } = "Status";

    [JsonPropertyOrder(-2)]
    public string? ApiVersion { get; set; } = "v1";

    [JsonPropertyOrder(-1)]
    public ListMeta Metadata { get; set => field = value ?? new(); } = new();

    /// <summary><c>Success</c> or <c>Failure</c>.</summary>
    [JsonPropertyName("status")]
    public string? Outcome { get; set; }

    public string? Message { get; set; }

    public string? Reason { get; set; }

    public StatusDetails? Details { get; set; }

    public int? Code { get; set; }
}

/// <summary>What the error is about.</summary>
public sealed class StatusDetails : Extensible
{
    public string? Name { get; set; }

    public string? Group { get; set; }

    public string? Kind { get; set; }

    public string? Uid { get; set; }

    public List<StatusCause> Causes { get; set => field = value ?? []; } = [];

    public int? RetryAfterSeconds { get; set; }
}

/// <summary>One of possibly several causes, tied to a field.</summary>
public sealed class StatusCause : Extensible
{
    public string? Reason { get; set; }

    public string? Message { get; set; }

    public string? Field { get; set; }
}
