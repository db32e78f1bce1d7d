using WasmLab.Tests.Support;
using WasmLab.Wasm;
using WasmLab.Wasm.Binary;
using ValueType = WasmLab.Wasm.ValueType;

namespace WasmLab.Tests.Wasm;

/// <summary>Damaged modules are refused, fail to link, trap, or run: nothing else may come of them.</summary>
[Trait(Category.Name, Category.Unit)]
public sealed class MutationTests
{
    private const int Mutations = 1_000;

    // A memory of gigabytes would only make the test slow.
    private static readonly Engine Engine = new(new EngineOptions { MaxMemoryPages = 64, MaxTableElements = 10_000, StackSize = 256 * 1024 });

    [Fact]
    public void ModuleWithEverything_DamagedAtRandom_IsNeverMoreThanRefused() => Damage(ModuleWithEverything(), seed: 1);

    [Fact]
    public void ModuleWithEverything_Undamaged_Runs()
    {
        using var instance = Link(ModuleWithEverything());

        instance.GetFunction("run")!.Invoke(10).ShouldBe([55]);
    }

    private static void Damage(byte[] wasm, int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < Mutations; i++)
        {
            var damaged = wasm.ToArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                damaged[random.Next(8, damaged.Length)] = (byte)random.Next(256);
            }

            try
            {
                using var instance = Link(damaged);
                RunAll(instance);
            }
            catch (Exception exception) when (exception is ModuleException or LinkException or TrapException or WasmException)
            {
            }
        }
    }

    private static Instance Link(byte[] wasm)
    {
        var linker = new Linker(Engine) { Fallback = _ => (_, _, results) => results.Clear() };
        return linker.Instantiate(Module.Load(Engine, wasm));
    }

    private static void RunAll(Instance instance)
    {
        using var deadline = new Timer(_ => instance.Interrupt("time is up"), null, 200, Timeout.Infinite);
        foreach (var function in instance.Module.Exports.Where(export => export.Type is FunctionType).Select(export => instance.GetFunction(export.Name)!))
        {
            try
            {
                function.Invoke(new long[function.Type.ParameterSlots], new long[function.Type.ResultSlots]);
            }
            catch (Exception exception) when (exception is TrapException or WasmException)
            {
            }
        }
    }

    private static byte[] ModuleWithEverything()
    {
        var module = new ModuleBuilder()
            .Memory(1, 4).Table(4).Data(0, 1, 2, 3, 4, 5, 6, 7, 8)
            .Global(ValueType.I32, true, new CodeBuilder().Const(3).End());
        var unary = module.Type([ValueType.I32], [ValueType.I32]);
        var log = module.ImportFunction("host", "log", unary);
        var pair = module.Type([ValueType.I32, ValueType.I32], [ValueType.I32, ValueType.I32]);
        var twice = module.Function("twice", unary, new CodeBuilder().Get(0).Const(1).Op(Opcode.I32Shl).End());
        module.Elements(0, twice, twice, log);
        module.Function("swap", pair, new CodeBuilder().Get(1).Get(0).End());
        module.Function("run", unary, new CodeBuilder()
            .Raw(0x02, 0x40).Raw(0x03, 0x40)
            .Get(0).Op(Opcode.I32Eqz).Op(Opcode.BrIf, 1)
            .Get(1).Get(0).Op(Opcode.I32Add).Set(1)
            .Get(0).Const(1).Op(Opcode.I32Sub).Set(0)
            .Op(Opcode.Br, 0).End().End()
            .Get(1).End(), (1, ValueType.I32));
        module.Function("work", unary, new CodeBuilder()
            .Get(0).Const(1).Op(Opcode.CallIndirect, unary, 0)
            .Get(0).Op(Opcode.I32Load, 2, 4).Op(Opcode.I32Add)
            .Const(8).Get(0).Op(Opcode.I32Store, 2, 0)
            .Get(0).Op(Opcode.I64ExtendI32U).Op(Opcode.I64Const, 1234567).Op(Opcode.I64DivU).Op(Opcode.I32WrapI64).Op(Opcode.I32Xor)
            .Get(0).Op(Opcode.F64ConvertI32S).Op(Opcode.F64Sqrt).Op(Opcode.I32TruncSatF64S).Op(Opcode.I32Add)
            .Const(0).Const(16).Const(8).Raw(0xFC, 0x0A, 0, 0)
            .Const(1).Raw(0x40, 0).Op(Opcode.I32Add)
            .Get(0).Raw(0x04, 0x7F).Op(Opcode.GlobalGet, 0).Raw(0x05).Const(7).End()
            .Get(0).Op(Opcode.Select)
            .Raw(0x02, 0x40).Raw(0x02, 0x40).Get(0).Raw(0x0E, 2, 0, 1, 0).End().End()
            .End());
        return module.Build();
    }
}
