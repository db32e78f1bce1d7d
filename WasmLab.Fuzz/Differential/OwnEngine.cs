using System.Globalization;
using WasmLab.Wasm;
using ValueType = WasmLab.Wasm.ValueType;

namespace WasmLab.Fuzz.Differential;

/// <summary>The engine that is being examined.</summary>
internal static class OwnEngine
{
    public static ModuleOutcome Run(Engine engine, byte[] wasm)
    {
        try
        {
            var module = Module.Load(engine, wasm);
            using var instance = new Linker(engine).Instantiate(module);
            return new ModuleOutcome([.. module.Exports.Where(export => export.Type is FunctionType).Select(export => Call(instance, export.Name))]);
        }
        catch (ModuleException refusal)
        {
            return ModuleOutcome.Refused(refusal.Message);
        }
    }

    private static string Call(Instance instance, string name)
    {
        var function = instance.GetFunction(name)!;
        var results = new long[function.Type.Results.Count];
        try
        {
            function.Invoke([], results);
            return $"{name}:{string.Concat(results.Select((slot, i) => $" {Unsigned(function.Type.Results[i], slot)}"))}";
        }
        catch (TrapException trap)
        {
            return $"{name}: trap {TrapClass.Of(trap.Kind)}";
        }
    }

    private static string Unsigned(ValueType type, long slot) =>
        (type == ValueType.I32 ? (uint)slot : (ulong)slot).ToString(CultureInfo.InvariantCulture);
}
