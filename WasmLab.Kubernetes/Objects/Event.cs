using System.Text.Json.Serialization;

namespace WasmLab.Kubernetes.Objects;

/// <summary>Something that happened to an object.</summary>
public sealed class Event() : KubernetesObject(ResourceType), IKubernetesKind<Event>
{
    /// <inheritdoc cref="IKubernetesKind{TSelf}.Type"/>
    public static ResourceType ResourceType { get; } = new("", "v1", "Event", "events", Namespaced: true);

    static ResourceType IKubernetesKind<Event>.Type => ResourceType;

    public ObjectReference InvolvedObject { get; set => field = value ?? new(); } = new();

    /// <summary><c>Normal</c> or <c>Warning</c>.</summary>
    public string? Type { get; set; }

    public string? Reason { get; set; }

    public string? Message { get; set; }

    public EventSource Source { get; set => field = value ?? new(); } = new();

    public DateTimeOffset? FirstTimestamp { get; set; }

    public DateTimeOffset? LastTimestamp { get; set; }

    public int? Count { get; set; }

    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? EventTime { get; set; }

    public string? Action { get; set; }

    public string? ReportingComponent { get; set; }

    public string? ReportingInstance { get; set; }
}

/// <summary>Who reports an event.</summary>
public sealed class EventSource : Extensible
{
    public string? Component { get; set; }

    public string? Host { get; set; }
}
