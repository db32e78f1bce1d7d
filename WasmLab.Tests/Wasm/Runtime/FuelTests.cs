using WasmLab.Tests.Support;
using WasmLab.Wasm;
using WasmLab.Wasm.Binary;
using ValueType = WasmLab.Wasm.ValueType;

namespace WasmLab.Tests.Wasm.Runtime;

[Trait(Category.Name, Category.Unit)]
public sealed class FuelTests
{
    private const long Plenty = 1_000_000;

    private static readonly Engine Engine = new(new EngineOptions { CountFuel = true });

    [Fact]
    public void Fuel_OfStraightCode_IsOneUnitAnInstruction()
    {
        using var instance = Instantiate(ModuleBuilder.OneFunction([], [ValueType.I32], new CodeBuilder().Const(1).Const(2).Op(Opcode.I32Add).End()));

        instance.GetFunction("run")!.Invoke().ShouldBe([3]);

        instance.Fuel.ShouldBe(Plenty - 4);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(1_000)]
    public void Fuel_OfALoop_GrowsByItsInstructionsAtEachIteration(int iterations)
    {
        using var instance = Instantiate(Countdown());

        instance.GetFunction("run")!.Invoke(iterations);

        // Outside: loop, end. Inside: get, const, sub, tee, br_if, end.
        instance.Fuel.ShouldBe(Plenty - 2 - (6 * iterations));
    }

    [Fact]
    public void Fuel_UsedUp_TrapsAtTheSamePlaceEachTimeAndCanBeRefilled()
    {
        using var instance = Instantiate(Countdown());
        var run = instance.GetFunction("run")!;

        for (var i = 0; i < 2; i++)
        {
            instance.Fuel = 100;
            var trap = Should.Throw<TrapException>(() => run.Invoke(1_000));
            (trap.Kind, trap.Message).ShouldBe((TrapKind.OutOfFuel, "all fuel consumed"));
            instance.Fuel.ShouldBe(0);
        }

        instance.Fuel = 6_002;
        run.Invoke(1_000);
        instance.Fuel.ShouldBe(0);
    }

    [Fact]
    public void Fuel_OfEndlessRecursion_IsUsedUpBeforeTheStack()
    {
        var module = new ModuleBuilder();
        module.Function("run", module.Type([], []), new CodeBuilder().Call(0).End());
        using var instance = Instantiate(module.Build());
        instance.Fuel = 50;

        Should.Throw<TrapException>(() => instance.GetFunction("run")!.Invoke()).Kind.ShouldBe(TrapKind.OutOfFuel);
    }

    [Fact]
    public void Fuel_OfAMemoryFill_GrowsWithItsLength()
    {
        var code = new CodeBuilder().Const(0).Const(7).Get(0).Raw(0xFC, 0x0B, 0).End();
        using var instance = Instantiate(ModuleBuilder.OneFunction([ValueType.I32], [], code));

        instance.GetFunction("run")!.Invoke(64_000);

        instance.Fuel.ShouldBe(Plenty - 5 - 1_000);
    }

    [Fact]
    public void Fuel_OfAnEndlessStartFunction_EndsTheInstantiation()
    {
        var wasm = ModuleBuilder.Endless(isStart: true);

        Should.Throw<TrapException>(() => Instantiate(wasm)).Kind.ShouldBe(TrapKind.OutOfFuel);
    }

    [Fact]
    public void Fuel_OfAnEngineThatCountsNone_IsRefusedWithTheOption()
    {
        using var engine = new Engine();
        var module = Module.Load(engine, Countdown());
        using var instance = new Linker(engine).Instantiate(module);

        Should.Throw<InvalidOperationException>(() => instance.Fuel).Message.ShouldContain("EngineOptions.CountFuel");
        Should.Throw<ArgumentException>(() => new Linker(engine).Instantiate(module, new InstanceOptions { Fuel = 1 })).Message.ShouldContain("EngineOptions.CountFuel");
    }

    private static byte[] Countdown() => ModuleBuilder.OneFunction([ValueType.I32], [], new CodeBuilder()
        .Raw(0x03, 0x40).Get(0).Const(1).Op(Opcode.I32Sub).Op(Opcode.LocalTee, 0).Op(Opcode.BrIf, 0).End().End());

    private static Instance Instantiate(byte[] wasm) =>
        new Linker(Engine).Instantiate(Module.Load(Engine, wasm), new InstanceOptions { Fuel = Plenty });
}
