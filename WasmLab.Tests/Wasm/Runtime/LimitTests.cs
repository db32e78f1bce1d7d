using WasmLab.Tests.Support;
using WasmLab.Wasm;
using WasmLab.Wasm.Binary;
using ValueType = WasmLab.Wasm.ValueType;

namespace WasmLab.Tests.Wasm.Runtime;

/// <summary>Small modules that stand for something huge: each is refused with the limit's name, or costs little.</summary>
[Trait(Category.Name, Category.Unit)]
public sealed class LimitTests
{
    private const long Megabyte = 1024 * 1024;

    [Fact]
    public void Instances_MoreThanAllowed_AreRefusedUntilOneIsDisposed()
    {
        using var engine = new Engine(new EngineOptions { MaxInstances = 2 });
        var module = Module.Load(engine, new ModuleBuilder().Memory(1, 1).Build());
        using var first = new Linker(engine).Instantiate(module);
        var second = new Linker(engine).Instantiate(module);

        Should.Throw<LinkException>(() => new Linker(engine).Instantiate(module)).Message.ShouldContain("EngineOptions.MaxInstances");
        second.Dispose();

        using var third = new Linker(engine).Instantiate(module);
        engine.InstanceCount.ShouldBe(2);
    }

    [Fact]
    public void Tables_ThatTogetherExceedTheLimit_AreRefused()
    {
        using var engine = new Engine(new EngineOptions { MaxTableElements = 1_000 });
        var module = Module.Load(engine, new ModuleBuilder().Table(600).Table(600).Build());

        Should.Throw<LinkException>(() => new Linker(engine).Instantiate(module)).Message.ShouldContain("EngineOptions.MaxTableElements");
    }

    [Fact]
    public void Tables_GrownTogetherToTheLimit_GrowNoFurther()
    {
        using var engine = new Engine(new EngineOptions { MaxTableElements = 1_000 });
        using var instance = new Linker(engine).Instantiate(Module.Load(
            engine, new ModuleBuilder().Table(400).Table(400).Export("first", 1, 0).Export("second", 1, 1).Build()));

        instance.GetTable("first")!.Grow(150, null).ShouldBe(400u);
        instance.GetTable("second")!.Grow(51, null).ShouldBeNull();
        instance.GetTable("second")!.Grow(50, null).ShouldBe(400u);
    }

    [Fact]
    public void OperandStack_OfMillionsOfValues_IsRefused()
    {
        using var engine = new Engine();
        var module = new ModuleBuilder();
        var thousand = module.Type([], [.. Enumerable.Repeat(ValueType.I64, 1_000)]);
        var import = module.ImportFunction("host", "thousand", thousand);
        module.Function("run", module.Type([], []), new CodeBuilder().Repeat(1_001, part => part.Call(import)).Op(Opcode.Unreachable).End());

        var refusal = Should.Throw<ModuleException>(() => Module.Load(engine, module.Build()));

        (refusal.Kind, refusal.Reason).ShouldBe((ModuleErrorKind.LimitExceeded, "operand stack too high: the limit is 1000000 values"));
    }

    [Fact]
    public void Function_ThatWouldBecomeGigabytesOfCode_TrapsWithoutMakingThem()
    {
        using var engine = new Engine();
        var module = new ModuleBuilder();
        var many = Enumerable.Repeat(ValueType.I64, 1_000).ToArray();
        var import = module.ImportFunction("host", "thousand", module.Type(many, many));
        var run = module.Type([], []);
        module.Function("run", run, new CodeBuilder()
            .Repeat(1_000, part => part.Op(Opcode.I64Const, 0)).Repeat(100_000, part => part.Call(import)).Op(Opcode.Unreachable).End());
        using var instance = new Linker(engine) { Fallback = _ => (_, _, _) => { } }.Instantiate(Module.Load(engine, module.Build()));
        var before = GC.GetTotalAllocatedBytes();

        Should.Throw<TrapException>(() => instance.GetFunction("run")!.Invoke()).Kind.ShouldBe(TrapKind.FunctionTooLarge);

        (GC.GetTotalAllocatedBytes() - before).ShouldBeLessThan(500 * Megabyte);
    }

    [Fact]
    public void Module_OfAMillionFunctions_IsLoadedAndRuns()
    {
        using var engine = new Engine();
        var body = new CodeBuilder().End();
        var module = new ModuleBuilder();
        var type = module.Type([], []);
        for (var i = 0; i < 1_000_000; i++)
        {
            module.Function(i == 999_999 ? "run" : null, type, body);
        }

        using var instance = new Linker(engine).Instantiate(Module.Load(engine, module.Build()));

        instance.GetFunction("run")!.Invoke().ShouldBeEmpty();
    }

    [Fact]
    public void Module_OfOneFunctionTooMany_IsRefusedByNumber()
    {
        using var engine = new Engine();
        byte[] count = [0xC1, 0x84, 0x3D];

        var refusal = Should.Throw<ModuleException>(() => Module.Load(engine, new ReadOnlyMemory<byte>(
            [.. ModuleBuilder.Preamble, 1, 4, 1, 0x60, 0, 0, 3, 0xC4, 0x84, 0x3D, .. count, .. new byte[1_000_001]])));

        (refusal.Kind, refusal.Reason).ShouldBe((ModuleErrorKind.LimitExceeded, "too many functions: 1000001, the limit is 1000000"));
    }
}
