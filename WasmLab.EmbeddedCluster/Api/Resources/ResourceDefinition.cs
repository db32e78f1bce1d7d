using WasmLab.EmbeddedCluster.Api.Schemas;
using WasmLab.EmbeddedCluster.Api.Tables;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Api.Resources;

/// <summary>A resource that the API serves: everything that makes it different from the others.</summary>
internal sealed record ResourceDefinition(ResourceType Type, string SchemaName, ResourceStrategy Strategy, TableDefinition Table)
{
    private readonly Lazy<StructType> _schema = new(() => SchemaCatalog.Default[SchemaName]);

    public StructType Schema => _schema.Value;

    /// <summary>The resource's name in the store, and in messages: plural and group.</summary>
    public string QualifiedName { get; init; } = Type.Group.Length == 0 ? Type.Plural : $"{Type.Plural}.{Type.Group}";

    public string Singular { get; } = Type.Kind.ToLowerInvariant();

    public IReadOnlyList<string> ShortNames { get; init; } = [];

    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>Whether what is observed is written apart from what is wanted.</summary>
    public bool HasStatus { get; init; }

    /// <summary>Fields that field selectors may ask for.</summary>
    public IReadOnlyList<string> SelectableFields { get; init; } = [];

    /// <summary>Subresources beyond <c>status</c>.</summary>
    public IReadOnlyList<Subresource> Subresources { get; init; } = [];

    /// <summary>Another resource of which this one is a view; null for those that are stored as they are.</summary>
    public ResourceView? View { get; init; }

    /// <summary>Where its objects are stored.</summary>
    public string StorageName => View?.Storage ?? QualifiedName;
}

/// <summary>A subresource as discovery shows it.</summary>
internal sealed record Subresource(string Name, string Kind, string Group, string Version, IReadOnlyList<string> Verbs);
