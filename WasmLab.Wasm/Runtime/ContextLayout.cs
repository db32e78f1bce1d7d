using WasmLab.Wasm.Binary;
using WasmLab.Wasm.Compilation;

namespace WasmLab.Wasm.Runtime;

/// <summary>
/// Where the globals, further memories, tables and functions of a module's instances lie behind the head of their context, and the results beyond the
/// first of the last call that compiled code made; exceptions' values pass there too.
/// </summary>
internal sealed class ContextLayout
{
    // Room for the widest value, a vector.
    private const int GlobalSize = 16;

    private readonly int _importedGlobals;
    private readonly int _ownGlobals;
    private readonly int _globalPointers;
    private readonly int _memories;
    private readonly int _tables;
    private readonly int _functions;

    public ContextLayout(ModuleDefinition module, CanonicalType[] types)
    {
        _importedGlobals = module.ImportedGlobals;
        _ownGlobals = InstanceContext.HeaderSize;
        _globalPointers = _ownGlobals + ((module.Globals.Count - module.ImportedGlobals) * GlobalSize);
        _memories = _globalPointers + (module.ImportedGlobals * sizeof(long));
        _tables = _memories + (Math.Max(0, module.Memories.Count - 1) * MemoryView.Size);
        _functions = _tables + (module.Tables.Count * TableView.Size);
        ExtraResults = _functions + (module.Functions.Count * FunctionRecord.Size);
        Size = ExtraResults + (types.Length == 0 ? 0 : types.Max(type => Math.Max(type.ResultSlots.ExtraSize, module.Tags.Count == 0 ? 0 : type.ParameterSlots.Count * SlotLayout.SlotSize)));
    }

    public int Size { get; }

    /// <summary>Where calls leave their results beyond the first, until the caller has taken them.</summary>
    public int ExtraResults { get; }

    /// <summary>Whether the context holds only a pointer to the global's value.</summary>
    public bool IsIndirect(int global) => global < _importedGlobals;

    /// <summary>The place of a global's value, or of the pointer to it.</summary>
    public int Global(int index) => IsIndirect(index)
        ? _globalPointers + (index * sizeof(long))
        : _ownGlobals + ((index - _importedGlobals) * GlobalSize);

    /// <summary>The place of a memory's view.</summary>
    public int Memory(int index) => index == 0 ? 0 : _memories + ((index - 1) * MemoryView.Size);

    public int Table(int index) => _tables + (index * TableView.Size);

    public int Function(int index) => _functions + (index * FunctionRecord.Size);
}
