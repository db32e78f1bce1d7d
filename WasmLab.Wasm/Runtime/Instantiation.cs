using WasmLab.Wasm.Binary;

namespace WasmLab.Wasm.Runtime;

/// <summary>Makes an instance, in the specification's order: imports, own functions, tables, memories, globals, segments, start.</summary>
internal static unsafe class Instantiation
{
    public static Instance Run(Module module, InstanceOptions options, Func<ImportType, object?> resolve)
    {
        var definition = module.Definition;
        var imports = module.Imports.Select(import => Resolve(import, resolve)).ToArray();

        var store = new Store();
        module.Engine.InstanceStarted();
        var instance = new Instance(module, store, options);
        try
        {
            TakeImports(instance, imports);
            AddFunctions(instance);
            AddTablesAndMemories(instance);
            AddGlobals(instance);
            AddTags(instance);
            RunSegments(instance);
            if (definition.Start is { } start)
            {
                new Function(instance, instance.Record((int)start)).Invoke([], []);
            }
        }
        catch
        {
            instance.Dispose();
            throw;
        }

        return instance;
    }

    private static object Resolve(ImportType import, Func<ImportType, object?> resolve)
    {
        var found = resolve(import) ?? throw new LinkException(import, null);
        var (fits, type) = (import.Type, found) switch
        {
            (FunctionType wanted, HostDefinition host) => (wanted.Equals(host.Type), (ExternType)host.Type),
            (FunctionType wanted, Function function) => (wanted.Equals(function.Type), function.Type),
            (MemoryType wanted, Memory memory) => (wanted.AddressType == memory.Type.AddressType && wanted.Limits.Admits(memory.Pages, memory.DeclaredMaximum), memory.Type),
            (TableType wanted, Table table) =>
                (wanted.Element == table.ElementType && wanted.AddressType == table.Type.AddressType && wanted.Limits.Admits(table.Size, table.Type.Limits.Maximum), table.Type),
            (TagType wanted, Tag tag) => (wanted.Equals(tag.Type), tag.Type),
            (GlobalType wanted, Global global) => (wanted == global.Type, global.Type),
            _ => (false, Describe(found)),
        };
        return fits ? found : throw new LinkException(import, type.ToString());
    }

    private static ExternType Describe(object found) => found switch
    {
        HostDefinition host => host.Type,
        Function function => function.Type,
        Memory memory => memory.Type,
        Table table => table.Type,
        Global global => global.Type,
        Tag tag => tag.Type,
        _ => throw new ArgumentException($"{found.GetType().Name} cannot be imported", nameof(found)),
    };

    private static void TakeImports(Instance instance, object[] imports)
    {
        var layout = instance.Module.Layout;
        var context = instance.Context;
        int functions = 0, memories = 0, tables = 0, globals = 0, tags = 0;
        foreach (var import in imports)
        {
            switch (import)
            {
                case HostDefinition host:
                    TakeHostFunction(instance, functions++, host);
                    break;
                case Function function:
                    instance.Store.Merge(function.Store);
                    TakeFunction(instance.Record(functions++), function.Record);
                    break;
                case Memory memory:
                    instance.Store.Merge(memory.Store);
                    instance.Memories[memories++] = memory;
                    break;
                case Table table:
                    instance.Store.Merge(table.Store);
                    instance.Tables[tables++] = table;
                    break;
                case Tag tag:
                    instance.Tags[tags++] = tag;
                    break;
                case Global global:
                    instance.Store.Merge(global.Store);
                    instance.Globals[globals] = global;
                    *(nint*)((byte*)context + layout.Global(globals++)) = (nint)global.Cell;
                    break;
            }
        }
    }

    private static void TakeHostFunction(Instance instance, int index, HostDefinition host)
    {
        var type = instance.Module.Engine.Canonical(host.Type);
        instance.HostFunctions[index] = host.Function;
        var record = instance.Record(index);
        *record = new FunctionRecord { TypeId = type.Id, Index = index, Code = type.HostStub, Context = (nint)record, Home = instance.Context };
    }

    private static void TakeFunction(FunctionRecord* record, FunctionRecord* source)
    {
        // Compiled now, because a copy of the record would not learn of it later.
        if (source->Context == (nint)source && source->Index >= source->Home->Instance.HostFunctions.Length)
        {
            RuntimeCalls.Resolve((nint)source);
        }

        *record = *source;
    }

    private static void AddFunctions(Instance instance)
    {
        var module = instance.Module;
        for (var i = module.Definition.ImportedFunctions; i < module.Definition.Functions.Count; i++)
        {
            var type = module.CanonicalTypes[module.Definition.Functions[i]];
            var record = instance.Record(i);
            *record = new FunctionRecord { TypeId = type.Id, Index = i, Code = type.LazyStub, Context = (nint)record, Home = instance.Context };
        }
    }

    private static void AddTablesAndMemories(Instance instance)
    {
        var (module, definition) = (instance.Module, instance.Module.Definition);
        var elements = Table.BudgetOf(module.Engine);
        for (var i = 0; i < definition.Tables.Count; i++)
        {
            instance.Tables[i] ??= new Table(module.Engine, definition.Tables[i], instance.Store, elements);
            instance.Tables[i].Attach((TableView*)((byte*)instance.Context + module.Layout.Table(i)));
        }

        for (var i = 0; i < definition.Memories.Count; i++)
        {
            instance.Memories[i] ??= new Memory(module.Engine, definition.Memories[i], instance.Store);
            instance.Memories[i].Attach((MemoryView*)((byte*)instance.Context + module.Layout.Memory(i)));
        }
    }

    private static void AddTags(Instance instance)
    {
        for (var i = 0; i < instance.Tags.Length; i++)
        {
            instance.Tags[i] ??= new Tag(instance.Module.Engine, instance.Module.Definition.TagType(i));
        }
    }

    private static void AddGlobals(Instance instance)
    {
        var (module, definition) = (instance.Module, instance.Module.Definition);
        for (var i = definition.ImportedGlobals; i < definition.Globals.Count; i++)
        {
            var cell = (long*)((byte*)instance.Context + module.Layout.Global(i));
            ConstantEvaluator.Store(instance, definition.GlobalInitializers![i - definition.ImportedGlobals], cell);
            instance.Globals[i] = new Global(module.Engine, definition.Globals[i], instance.Store, cell);
        }
    }

    private static void RunSegments(Instance instance)
    {
        var definition = instance.Module.Definition;
        for (var i = 0; i < definition.Elements.Count; i++)
        {
            var segment = definition.Elements[i];
            if (segment.Mode == SegmentMode.Active)
            {
                var count = (uint)(segment.Functions?.Length ?? segment.Expressions!.Length);
                instance.InitializeTable((int)segment.Table, i, (ulong)ConstantEvaluator.Slot(instance, segment.Start), 0, count);
            }

            if (segment.Mode != SegmentMode.Passive)
            {
                instance.DropElements(i);
            }
        }

        for (var i = 0; i < definition.Data.Count; i++)
        {
            var segment = definition.Data[i];
            if (segment.Mode == SegmentMode.Active)
            {
                RuntimeCalls.MemoryInit((nint)instance.Context, ConstantEvaluator.Slot(instance, segment.Start), 0, segment.BytesLength, i, instance.Module.Layout.Memory((int)segment.Memory));
                instance.DropData(i);
            }
        }
    }
}
