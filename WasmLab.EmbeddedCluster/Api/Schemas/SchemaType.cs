namespace WasmLab.EmbeddedCluster.Api.Schemas;

/// <summary>
/// What a value of an object may be, and how values of it are merged. One description serves decoding, validation, strategic merge patch,
/// server-side apply and OpenAPI.
/// </summary>
internal abstract record SchemaType;

/// <summary>Kinds of single values.</summary>
internal enum ScalarKind
{
    String,
    Boolean,
    Int32,
    Int64,
    Double,
    Time,
    MicroTime,
    Quantity,
    IntOrString,
    Bytes,
}

/// <summary>A single value.</summary>
internal sealed record ScalarType(ScalarKind Kind) : SchemaType;

/// <summary>Any JSON.</summary>
internal sealed record AnyType : SchemaType;

/// <summary>Keys that the user chooses, all with values of one type.</summary>
internal sealed record MapType(SchemaType Value, bool Atomic = false) : SchemaType;

/// <summary>How server-side apply sees a list.</summary>
internal enum ListKind
{
    /// <summary>As one value.</summary>
    Atomic,

    /// <summary>As a set of single values.</summary>
    Set,

    /// <summary>As a map whose keys are fields of the items.</summary>
    Map,
}

/// <summary>A list.</summary>
internal sealed record ListType(SchemaType Item, ListKind Kind, IReadOnlyList<string> Keys) : SchemaType;

/// <summary>An object with known fields.</summary>
internal sealed record StructType(string Name, string Description, bool Atomic, IReadOnlyDictionary<string, SchemaField> Fields) : SchemaType
{
    /// <summary>The field, or null when there is none of that name.</summary>
    public SchemaField? Field(string name) => Fields.GetValueOrDefault(name);

    public bool Equals(StructType? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);
}

/// <summary>A field of an object.</summary>
internal sealed record SchemaField
{
    private readonly Lazy<SchemaType> _type;

    public SchemaField(string name, Func<SchemaType> type)
    {
        Name = name;
        // Late, because types refer to each other.
        _type = new(type);
    }

    public string Name { get; }

    public SchemaType Type => _type.Value;

    public string Description { get; init; } = "";

    public bool Required { get; init; }

    /// <summary>Lists: strategic merge patch merges them.</summary>
    public bool PatchMerge { get; init; }

    /// <summary>The field by which strategic merge patch tells items apart; null for lists of single values.</summary>
    public string? PatchMergeKey { get; init; }

    /// <summary>Where it is in the binary form: numbers of fields, from the outermost message in; empty when it has none there.</summary>
    public IReadOnlyList<int> Numbers { get; init; } = [];

    /// <summary>In the binary form a zero is a value, not the lack of one.</summary>
    public bool Pointer { get; init; }

    /// <summary>The value of a key of a list's items when it is missing.</summary>
    public string? Default { get; init; }
}
