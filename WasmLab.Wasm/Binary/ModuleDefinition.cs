namespace WasmLab.Wasm.Binary;

/// <summary>A decoded module. Imports come first in each index space.</summary>
internal sealed class ModuleDefinition(ReadOnlyMemory<byte> bytes, WasmFeatures features)
{
    public ReadOnlyMemory<byte> Bytes { get; } = bytes;

    /// <summary>Which features beyond WebAssembly 2.0 it may use.</summary>
    public WasmFeatures Features { get; } = features;

    public List<FunctionType> Types { get; } = [];

    public List<ImportDefinition> Imports { get; } = [];

    /// <summary>The type index of each function.</summary>
    public List<int> Functions { get; } = [];

    public List<TableType> Tables { get; } = [];

    public List<MemoryType> Memories { get; } = [];

    public List<GlobalType> Globals { get; } = [];

    /// <summary>The initial value of each global that is not imported.</summary>
    public ConstantExpression[]? GlobalInitializers { get; set; }

    /// <summary>The type index of each tag.</summary>
    public List<int> Tags { get; } = [];

    public List<ExportDefinition> Exports { get; } = [];

    public uint? Start { get; set; }

    public List<ElementSegment> Elements { get; } = [];

    public List<DataSegment> Data { get; } = [];

    public int? DataCount { get; set; }

    /// <summary>The body of each function that is not imported.</summary>
    public List<CodeBody> Code { get; } = [];

    public List<CustomSection> CustomSections { get; } = [];

    public int ImportedFunctions { get; set; }

    public int ImportedTables { get; set; }

    public int ImportedMemories { get; set; }

    public int ImportedGlobals { get; set; }

    public int ImportedTags { get; set; }

    public WasmReader Reader(int start, int end, string? section) => new(Bytes.Span, start, end, section, Features);

    /// <summary>The body of a function; null when it is imported.</summary>
    public CodeBody? BodyOf(int function) => function < ImportedFunctions ? null : Code[function - ImportedFunctions];

    public TagType TagType(int tag) => new(Types[Tags[tag]].Parameters);

    public FunctionType FunctionType(uint function) => Types[Functions[(int)function]];
}

internal enum ExternKind : byte
{
    Function = 0,
    Table = 1,
    Memory = 2,
    Global = 3,
    Tag = 4,
}

/// <summary>An import. Of a function or tag it has the type index, of all else the type.</summary>
internal sealed record ImportDefinition(string Module, string Name, ExternKind Kind, uint TypeIndex, ExternType? Type, int Offset);

internal sealed record ExportDefinition(string Name, ExternKind Kind, uint Index, int Offset);

/// <summary>A constant expression: where its instructions, with the last <c>end</c>, lie in the module.</summary>
internal readonly record struct ConstantExpression(int Start, int End);

internal enum SegmentMode
{
    Active,
    Passive,
    Declarative,
}

/// <summary>An element segment. Its items are function indices or constant expressions; the other is null.</summary>
internal sealed record ElementSegment(
    SegmentMode Mode, uint Table, ConstantExpression Start, ValueType Type, uint[]? Functions, ConstantExpression[]? Expressions, int Offset);

/// <summary>A data segment: where its bytes lie in the module.</summary>
internal sealed record DataSegment(SegmentMode Mode, uint Memory, ConstantExpression Start, int BytesStart, int BytesLength, int Offset);

/// <summary>A function's body: its locals, and where its instructions lie in the module.</summary>
internal sealed class CodeBody(int offset, int start, int end, LocalRun[] locals, int localCount)
{
    public int Offset { get; } = offset;

    public int Start { get; } = start;

    public int End { get; } = end;

    public LocalRun[] Locals { get; } = locals;

    /// <summary>How many locals it declares besides its parameters.</summary>
    public int LocalCount { get; } = localCount;
}

internal readonly record struct LocalRun(int Count, ValueType Type);

internal sealed record CustomSection(string Name, int Start, int Length);
