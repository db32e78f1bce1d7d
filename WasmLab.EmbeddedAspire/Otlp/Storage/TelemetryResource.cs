namespace Aspire.Hosting.Otlp.Storage;

using Attributes = IReadOnlyList<KeyValuePair<string, string>>;

/// <summary>Who sent telemetry: <c>service.name</c> and <c>service.instance.id</c>.</summary>
internal sealed record TelemetryResource(string Name, string InstanceId)
{
    /// <summary>What else the sender said of itself; not part of its identity.</summary>
    public Attributes Attributes { get; init; } = [];

    public bool Equals(TelemetryResource? other) => other is not null && Name == other.Name && InstanceId == other.InstanceId;

    public override int GetHashCode() => HashCode.Combine(Name, InstanceId);
}
