using WasmLab.Wasm.Binary;
using WasmLab.Wasm.Compilation;
using WasmLab.Wasm.Precompilation;
using WasmLab.Wasm.Runtime;
using WasmLab.Wasm.Validation;

namespace WasmLab.Wasm;

/// <summary>
/// A decoded and validated module. Its functions are compiled when they are called for the first time, once for all instances, unless their
/// code is found in a <see cref="CodeCache"/>.
/// Thread-safe.
/// </summary>
public sealed class Module
{
    private readonly Lazy<Dictionary<int, string>> _names;
    private readonly Lazy<string> _codeIdentity;

    private Module(Engine engine, ModuleDefinition definition)
    {
        _names = new(() => NameSection.FunctionNames(definition));
        _codeIdentity = new(() => Precompilation.CodeIdentity.Of(this));
        Engine = engine;
        Definition = definition;
        CanonicalTypes = [.. definition.Types.Select(engine.Canonical)];
        Layout = new ContextLayout(definition, CanonicalTypes);
        Imports = [.. definition.Imports.Select(import => new ImportType(import.Module, import.Name, TypeOf(definition, import)))];
        Exports = [.. definition.Exports.Select(export => new ExportType(export.Name, TypeOf(definition, export)))];
        ExportsByName = definition.Exports.ToDictionary(export => export.Name);
        Compiled = new CompiledModule(this, FindPrecompiledCode());
    }

    /// <summary>What it needs, in order.</summary>
    public IReadOnlyList<ImportType> Imports { get; }

    /// <summary>What it offers, in order.</summary>
    public IReadOnlyList<ExportType> Exports { get; }

    /// <summary>Whether its code was found in one of <see cref="EngineOptions.CodeCaches"/>.</summary>
    public bool IsPrecompiled => Compiled.IsPrecompiled;

    internal Engine Engine { get; }

    internal ModuleDefinition Definition { get; }

    internal CanonicalType[] CanonicalTypes { get; }

    internal ContextLayout Layout { get; }

    internal CompiledModule Compiled { get; }

    /// <summary>What its compiled code depends on.</summary>
    internal string CodeIdentity => _codeIdentity.Value;

    internal Dictionary<string, ExportDefinition> ExportsByName { get; }

    /// <summary>Decodes and validates a module.</summary>
    /// <param name="engine">The engine whose limits hold.</param>
    /// <param name="wasm">The binary format. The module keeps a copy.</param>
    /// <exception cref="ModuleException">The bytes are not a module that this engine can run.</exception>
    public static Module Load(Engine engine, ReadOnlyMemory<byte> wasm)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ObjectDisposedException.ThrowIf(engine.IsDisposed, engine);
        // A copy, because functions are compiled later, and what was validated must not have changed by then.
        var definition = ModuleDecoder.Decode(wasm.ToArray(), engine.Options.Features);
        ModuleValidator.Validate(definition);
        return new Module(engine, definition);
    }

    /// <summary>Compiles every function now that is not compiled yet, instead of at its first call.</summary>
    /// <exception cref="TrapException">A function is too large.</exception>
    public unsafe void CompileAll()
    {
        for (var i = Definition.ImportedFunctions; i < Definition.Functions.Count; i++)
        {
            Compiled.CodeOf(i, caller: null);
        }
    }

    /// <summary>What a function is called in stack traces: by the name section, its export, or its number.</summary>
    internal string NameOf(int function) =>
        _names.Value.TryGetValue(function, out var name) ? name : $"wasm-function[{function}]";

    private PrecompiledCode? FindPrecompiledCode()
    {
        foreach (var cache in Engine.Options.CodeCaches)
        {
            if (cache.Find(this) is { } code)
            {
                code.ProvideStubs(this);
                return code;
            }
        }

        return null;
    }

    private static ExternType TypeOf(ModuleDefinition module, ImportDefinition import) => import.Kind switch
    {
        ExternKind.Function => module.Types[(int)import.TypeIndex],
        ExternKind.Tag => new TagType(module.Types[(int)import.TypeIndex].Parameters),
        _ => import.Type!,
    };

    private static ExternType TypeOf(ModuleDefinition module, ExportDefinition export) => export.Kind switch
    {
        ExternKind.Function => module.FunctionType(export.Index),
        ExternKind.Table => module.Tables[(int)export.Index],
        ExternKind.Memory => module.Memories[(int)export.Index],
        ExternKind.Tag => module.TagType((int)export.Index),
        _ => module.Globals[(int)export.Index],
    };
}
