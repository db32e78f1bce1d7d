namespace WasmLab.Wasm.Inspection;

/// <summary>What a module is made of.</summary>
/// <example>
/// <code>
/// var module = Module.Load(engine, wasm);
/// var inspection = ModuleInspection.Of(module);
/// Console.WriteLine($"{inspection.FunctionCount} functions, uses {string.Join(", ", inspection.Features)}");
/// </code>
/// </example>
public sealed record ModuleInspection
{
    /// <summary>The sections in the order of the file.</summary>
    public required IReadOnlyList<ModuleSection> Sections { get; init; }

    /// <summary>How many functions it defines itself.</summary>
    public required int FunctionCount { get; init; }

    /// <summary>The size of its largest function's body, in bytes.</summary>
    public required int LargestFunction { get; init; }

    /// <summary>How many globals it defines itself.</summary>
    public required int GlobalCount { get; init; }

    /// <summary>Its memories, imported ones first.</summary>
    public required IReadOnlyList<MemoryType> Memories { get; init; }

    /// <summary>Its tables, imported ones first.</summary>
    public required IReadOnlyList<TableType> Tables { get; init; }

    /// <summary>
    /// What it uses beyond WebAssembly 1.0, by the names that toolchains have for it (the tool conventions' target features):
    /// <c>bulk-memory</c>, <c>simd128</c>, <c>reference-types</c>, and so on; sorted.
    /// </summary>
    public required IReadOnlyList<string> Features { get; init; }

    /// <summary>What its compiler was allowed to use, as its <c>target_features</c> section tells; empty without that section.</summary>
    public required IReadOnlyList<string> TargetFeatures { get; init; }

    /// <summary>Looks at every section and instruction of a module.</summary>
    public static ModuleInspection Of(Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        var definition = module.Definition;
        return new ModuleInspection
        {
            Sections = ModuleSection.List(definition.Bytes.Span),
            FunctionCount = definition.Code.Count,
            LargestFunction = definition.Code.Select(body => body.End - body.Start).DefaultIfEmpty().Max(),
            GlobalCount = definition.Globals.Count - definition.ImportedGlobals,
            Memories = definition.Memories,
            Tables = definition.Tables,
            Features = FeatureScan.Of(definition),
            TargetFeatures = TargetFeaturesSection.Read(definition),
        };
    }
}
