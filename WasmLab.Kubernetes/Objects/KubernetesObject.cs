using System.Text.Json;
using System.Text.Json.Serialization;

namespace WasmLab.Kubernetes.Objects;

/// <summary>A part of an object; fields that the type does not know survive a read, change and write.</summary>
public abstract class Extensible
{
    /// <summary>Fields that this type does not name. (.NET 10.0 writes extension data of type JsonObject as invalid JSON, so it is a dictionary.)</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? UnknownFields { get; set; }
}

/// <summary>An object of the Kubernetes API.</summary>
public abstract class KubernetesObject : Extensible
{
    /// <summary>Fills the type's own <c>apiVersion</c> and <c>kind</c>.</summary>
    protected KubernetesObject(ResourceType type)
    {
        ArgumentNullException.ThrowIfNull(type);
        ApiVersion = type.ApiVersion;
        Kind = type.Kind;
    }

    [JsonPropertyOrder(-3)]
    public string? ApiVersion { get; set; }

    [JsonPropertyOrder(-2)]
    public string? Kind { get; set; }

    [JsonPropertyOrder(-1)]
    public ObjectMeta Metadata { get; set => field = value ?? new(); } = new();
}

/// <summary>The metadata that every object carries.</summary>
public sealed class ObjectMeta : Extensible
{
    [JsonPropertyOrder(-1)]
    public string? Name { get; set; }

    public string? GenerateName { get; set; }

    public string? Namespace { get; set; }

    public string? Uid { get; set; }

    public string? ResourceVersion { get; set; }

    public long? Generation { get; set; }

    public DateTimeOffset? CreationTimestamp { get; set; }

    public DateTimeOffset? DeletionTimestamp { get; set; }

    public long? DeletionGracePeriodSeconds { get; set; }

    public Dictionary<string, string> Labels { get; set => field = value ?? []; } = [];

    public Dictionary<string, string> Annotations { get; set => field = value ?? []; } = [];

    public List<string> Finalizers { get; set => field = value ?? []; } = [];

    public List<OwnerReference> OwnerReferences { get; set => field = value ?? []; } = [];
}

/// <summary>Names the object that another one belongs to and is removed with.</summary>
public sealed class OwnerReference : Extensible
{
    public string? ApiVersion { get; set; }

    public string? Kind { get; set; }

    public string? Name { get; set; }

    public string? Uid { get; set; }

    public bool? Controller { get; set; }

    public bool? BlockOwnerDeletion { get; set; }
}

/// <summary>Names an object from another one.</summary>
public sealed class ObjectReference : Extensible
{
    public string? ApiVersion { get; set; }

    public string? Kind { get; set; }

    public string? Namespace { get; set; }

    public string? Name { get; set; }

    public string? Uid { get; set; }

    public string? ResourceVersion { get; set; }

    public string? FieldPath { get; set; }
}

/// <summary>One observed aspect of an object's state.</summary>
public sealed class Condition : Extensible
{
    [JsonPropertyOrder(-1)]
    public string? Type { get; set; }

    /// <summary><c>True</c>, <c>False</c> or <c>Unknown</c>.</summary>
    [JsonPropertyOrder(-1)]
    public string? Status { get; set; }

    public string? Reason { get; set; }

    public string? Message { get; set; }

    public long? ObservedGeneration { get; set; }

    public DateTimeOffset? LastHeartbeatTime { get; set; }

    public DateTimeOffset? LastProbeTime { get; set; }

    public DateTimeOffset? LastTransitionTime { get; set; }
}

/// <summary>The metadata of a list.</summary>
public sealed class ListMeta : Extensible
{
    public string? ResourceVersion { get; set; }

    public string? Continue { get; set; }

    public long? RemainingItemCount { get; set; }
}

/// <summary>A list of objects of one kind, as of one resource version.</summary>
public sealed class KubernetesList<T> : Extensible
{
    [JsonPropertyOrder(-3)]
    public string? ApiVersion { get; set; }

    [JsonPropertyOrder(-2)]
    public string? Kind { get; set; }

    [JsonPropertyOrder(-1)]
    public ListMeta Metadata { get; set => field = value ?? new(); } = new();

    public List<T> Items { get; set => field = value ?? []; } = [];
}
