using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace WasmLab.Kubernetes.Objects;

/// <summary>A kind that a server is taught.</summary>
public sealed class CustomResourceDefinition() : KubernetesObject(Type), IKubernetesKind<CustomResourceDefinition>
{
    /// <inheritdoc/>
    public static ResourceType Type { get; } =
        new("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", Namespaced: false);

    public CustomResourceDefinitionSpec Spec { get; set => field = value ?? new(); } = new();

    public CustomResourceDefinitionStatus Status { get; set => field = value ?? new(); } = new();

    /// <summary>Whether the server serves the kind.</summary>
    [JsonIgnore]
    public bool IsEstablished => Status.Conditions.Any(condition => condition is { Type: "Established", Status: "True" });
}

/// <summary>What the kind is called, and its versions.</summary>
public sealed class CustomResourceDefinitionSpec : Extensible
{
    public string? Group { get; set; }

    public CustomResourceNames Names { get; set => field = value ?? new(); } = new();

    /// <summary><c>Namespaced</c> or <c>Cluster</c>.</summary>
    public string? Scope { get; set; }

    public List<CustomResourceVersion> Versions { get; set => field = value ?? []; } = [];
}

/// <summary>The names of a kind.</summary>
public sealed class CustomResourceNames : Extensible
{
    public string? Kind { get; set; }

    public string? ListKind { get; set; }

    public string? Plural { get; set; }

    public string? Singular { get; set; }

    public List<string> ShortNames { get; set => field = value ?? []; } = [];
}

/// <summary>One version of a kind.</summary>
public sealed class CustomResourceVersion : Extensible
{
    public string? Name { get; set; }

    public bool Served { get; set; }

    public bool Storage { get; set; }

    public CustomResourceValidation? Schema { get; set; }

    public CustomResourceSubresources? Subresources { get; set; }

    public List<CustomResourceColumn> AdditionalPrinterColumns { get; set => field = value ?? []; } = [];
}

/// <summary>What objects of a version look like.</summary>
public sealed class CustomResourceValidation : Extensible
{
    /// <summary>An OpenAPI v3 schema.</summary>
    [JsonPropertyName("openAPIV3Schema")]
    public JsonObject? OpenApiSchema { get; set; }
}

/// <summary>The subresources of a version.</summary>
public sealed class CustomResourceSubresources : Extensible
{
    /// <summary>Empty, if what is observed is written apart from what is wanted; null otherwise.</summary>
    public JsonObject? Status { get; set; }
}

/// <summary>A column of a list.</summary>
public sealed class CustomResourceColumn : Extensible
{
    public string? Name { get; set; }

    public string? Type { get; set; }

    public string? JsonPath { get; set; }
}

/// <summary>What is observed of the definition.</summary>
public sealed class CustomResourceDefinitionStatus : Extensible
{
    public List<Condition> Conditions { get; set => field = value ?? []; } = [];
}
