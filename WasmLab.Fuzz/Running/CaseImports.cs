using WasmLab.Wasm;
using ValueType = WasmLab.Wasm.ValueType;

namespace WasmLab.Fuzz.Running;

/// <summary>Gives a module whatever it imports.</summary>
internal static class CaseImports
{
    public static Linker Link(Module module, Random random)
    {
        var linker = new Linker(module.Engine) { Fallback = import => Answer((FunctionType)import.Type, random) };
        foreach (var import in module.Imports)
        {
            switch (import.Type)
            {
                case MemoryType memory:
                    linker.DefineMemory(import.Module, import.Name, new Memory(module.Engine, memory));
                    break;
                case TableType table:
                    linker.DefineTable(import.Module, import.Name, new Table(module.Engine, table));
                    break;
                case TagType tag:
                    linker.DefineTag(import.Module, import.Name, new Tag(module.Engine, tag));
                    break;
                case GlobalType global:
                    linker.DefineGlobal(import.Module, import.Name, new Global(module.Engine, global, ValueOf(global.Value)));
                    break;
            }
        }

        return linker;
    }

    /// <summary>A function of the host that returns any numbers, and now and then looks into its caller.</summary>
    private static HostFunction Answer(FunctionType type, Random random) => (caller, arguments, results) =>
    {
        var slot = 0;
        foreach (var result in type.Results)
        {
            for (var end = slot + (result == ValueType.V128 ? 2 : 1); slot < end; slot++)
            {
                results[slot] = result is ValueType.FuncRef or ValueType.ExternRef or ValueType.ExnRef ? 0 : (long)Mutation.NumberMutations.Next(random);
            }
        }

        if (random.Next(16) == 0 && caller.Module.Exports.FirstOrDefault(export => export.Type is FunctionType) is { } export)
        {
            // Back into the guest, deeper and deeper.
            var function = caller.GetFunction(export.Name)!;
            function.Invoke(new long[function.Type.ParameterSlots], new long[function.Type.ResultSlots]);
        }
    };

    private static object? ValueOf(ValueType type) => type switch
    {
        ValueType.I32 => 666,
        ValueType.I64 => 666L,
        ValueType.V128 => (UInt128)666,
        ValueType.F32 => 666.6f,
        ValueType.F64 => 666.6,
        _ => null,
    };
}
