namespace WasmLab.Wasm;

/// <summary>Something that a module needs to be given.</summary>
/// <param name="Module">The name of the module it is imported from.</param>
/// <param name="Name">Its name there.</param>
/// <param name="Type">The type it must have.</param>
public sealed record ImportType(string Module, string Name, ExternType Type)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Module}.{Name}: {Type}";
}

/// <summary>Something that a module offers.</summary>
/// <param name="Name">Its name, unique in the module.</param>
/// <param name="Type">Its type.</param>
public sealed record ExportType(string Name, ExternType Type)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Type}";
}
