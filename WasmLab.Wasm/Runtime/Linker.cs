using WasmLab.Wasm.Runtime;
using WasmLab.Wasm.Runtime.Typed;

namespace WasmLab.Wasm;

/// <summary>Holds what modules may import, under a module name and a name, and makes instances. Not thread-safe while it is being filled.</summary>
public sealed class Linker
{
    private readonly Dictionary<(string Module, string Name), object> _definitions = [];
    private readonly Engine _engine;

    /// <summary>Makes an empty linker.</summary>
    /// <param name="engine">The engine of the modules to instantiate.</param>
    public Linker(Engine engine)
    {
        ArgumentNullException.ThrowIfNull(engine);
        _engine = engine;
    }

    /// <summary>
    /// Asked for a function that is imported and not defined. It gets the import with its type, so it can choose between versions of
    /// an interface; null means that there is none, and the module cannot be instantiated.
    /// </summary>
    public Func<ImportType, HostFunction?>? Fallback { get; set; }

    /// <summary>Defines a function of the host. Replaces what had the name.</summary>
    /// <param name="module">The module name.</param>
    /// <param name="name">The name.</param>
    /// <param name="type">The function's type; an import of another type fails to link.</param>
    /// <param name="function">The function.</param>
    public Linker Define(string module, string name, FunctionType type, HostFunction function)
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(function);
        return Add(module, name, new HostDefinition(_engine.Canonical(type).Type, function), _engine);
    }

    /// <summary>Defines a function of the host whose type is the delegate's signature. Replaces what had the name.</summary>
    /// <param name="module">The module name.</param>
    /// <param name="name">The name.</param>
    /// <param name="function">
    /// A delegate, such as a lambda with typed parameters. Its types stand for WebAssembly's as in <see cref="Function.AsDelegate"/>; a
    /// first parameter of type <see cref="Instance"/> is the caller and not part of the type.
    /// </param>
    /// <exception cref="ArgumentException">A parameter or the result has a type that stands for none of WebAssembly's.</exception>
    public Linker Define(string module, string name, Delegate function)
    {
        ArgumentNullException.ThrowIfNull(function);
        var (type, adapted) = HostDelegate.Adapt(function);
        return Define(module, name, type, adapted);
    }

    /// <summary>Defines a function of an instance.</summary>
    /// <param name="module">The module name.</param>
    /// <param name="name">The name.</param>
    /// <param name="function">The function.</param>
    public Linker Define(string module, string name, Function function) => Add(module, name, function, function?.Engine);

    /// <summary>Defines a memory.</summary>
    /// <param name="module">The module name.</param>
    /// <param name="name">The name.</param>
    /// <param name="memory">The memory.</param>
    public Linker DefineMemory(string module, string name, Memory memory) => Add(module, name, memory, memory?.Engine);

    /// <summary>Defines a table.</summary>
    /// <param name="module">The module name.</param>
    /// <param name="name">The name.</param>
    /// <param name="table">The table.</param>
    public Linker DefineTable(string module, string name, Table table) => Add(module, name, table, table?.Engine);

    /// <summary>Defines a global.</summary>
    /// <param name="module">The module name.</param>
    /// <param name="name">The name.</param>
    /// <param name="global">The global.</param>
    public Linker DefineGlobal(string module, string name, Global global) => Add(module, name, global, global?.Engine);

    /// <summary>Defines a tag.</summary>
    /// <param name="module">The module name.</param>
    /// <param name="name">The name.</param>
    /// <param name="tag">The tag.</param>
    public Linker DefineTag(string module, string name, Tag tag) => Add(module, name, tag, tag?.Engine);

    /// <summary>Defines everything that an instance exports. What imports it shares the instance's fate.</summary>
    /// <param name="module">The module name.</param>
    /// <param name="instance">The instance.</param>
    public Linker DefineInstance(string module, Instance instance)
    {
        ArgumentNullException.ThrowIfNull(instance);
        foreach (var export in instance.Module.Exports)
        {
            Add(module, export.Name, export.Type switch
            {
                FunctionType => instance.GetFunction(export.Name)!,
                MemoryType => instance.GetMemory(export.Name)!,
                TableType => instance.GetTable(export.Name)!,
                TagType => instance.GetTag(export.Name)!,
                _ => instance.GetGlobal(export.Name)!,
            }, instance.Module.Engine);
        }

        return this;
    }

    /// <summary>Makes an instance: resolves the imports, fills memory and tables, and runs the start function.</summary>
    /// <param name="module">The module.</param>
    /// <param name="options">Limits of this instance; null for none.</param>
    /// <exception cref="LinkException">
    /// An import is missing or of another type, a memory or table cannot be had, or there are too many instances.
    /// </exception>
    /// <exception cref="TrapException">A segment does not fit, or the start function trapped or was interrupted.</exception>
    public Instance Instantiate(Module module, InstanceOptions? options = null)
    {
        options ??= new InstanceOptions();
        ArgumentNullException.ThrowIfNull(module);
        ObjectDisposedException.ThrowIf(_engine.IsDisposed, _engine);
        if (module.Engine != _engine)
        {
            throw new ArgumentException("the module was loaded by another engine than the linker's", nameof(module));
        }

        options.Validate(_engine.Options);
        return Instantiation.Run(module, options, import => _definitions.TryGetValue((import.Module, import.Name), out var found) ? found : FromFallback(import));
    }

    private HostDefinition? FromFallback(ImportType import) =>
        import.Type is FunctionType type && Fallback?.Invoke(import) is { } function ? new HostDefinition(type, function) : null;

    // The numbers of types and of references are the engine's: those of another would mean something else here.
    private Linker Add(string module, string name, object definition, Engine? engine)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(definition);
        if (engine != _engine)
        {
            throw new ArgumentException($"{module}.{name} belongs to another engine than the linker's", nameof(definition));
        }

        _definitions[(module, name)] = definition;
        return this;
    }
}

/// <summary>A function of the host as it was defined.</summary>
internal sealed record HostDefinition(FunctionType Type, HostFunction Function);
