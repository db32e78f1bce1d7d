using WasmLab.Tests.Support;
using WasmLab.Wasm;
using WasmLab.Wasm.Binary;
using WasmLab.Wasm.Compilation;
using ValueType = WasmLab.Wasm.ValueType;

namespace WasmLab.Tests.Wasm.Compilation;

/// <summary>Functions that are compiled in parts.</summary>
[Trait(Category.Name, Category.Unit)]
public sealed class DividedFunctionTests
{
    private const byte I32 = 0x7F;
    private const byte Empty = 0x40;

    // One statement or a few to a part.
    private static readonly double[] PartSizes = [0.0003, 0.0006, 0.0012];

    private static readonly EngineOptions Plain = new();

    [Theory]
    [InlineData(0, 111)]
    [InlineData(1, 12)]
    [InlineData(2, 3)]
    [InlineData(3, 103)]
    public void Branches_FromAPart_ReachEachOuterLabel(int argument, int expected)
    {
        // Local 1 adds up which statements run.
        var code = new CodeBuilder()
            .Raw(0x02, Empty).Raw(0x02, Empty).Raw(0x02, Empty)
            .Const(1).Set(1)
            .Get(0).Op(Opcode.I32Eqz).Op(Opcode.BrIf, 0)
            .Const(2).Set(1)
            .Get(0).Const(1).Op(Opcode.I32Eq).Op(Opcode.BrIf, 1)
            .Const(3).Set(1)
            .Get(0).Const(2).Op(Opcode.I32Eq).Op(Opcode.BrIf, 2)
            .Get(1).Const(100).Op(Opcode.I32Add).Set(1).Op(Opcode.Br, 2)
            .End()
            .Get(1).Const(100).Op(Opcode.I32Add).Set(1)
            .End()
            .Get(1).Const(10).Op(Opcode.I32Add).Set(1)
            .End()
            .Get(1).End();

        Run(code, argument).ShouldBe(expected);
    }

    [Theory]
    [InlineData(0, 42)]
    [InlineData(1, 17)]
    public void Branch_WithAValueOutOfAPart_TakesItAlong(int argument, int expected)
    {
        var code = new CodeBuilder()
            .Raw(0x02, I32)
            .Const(5).Set(1)
            .Raw(0x02, Empty)
            .Get(0).Op(Opcode.BrIf, 0)
            .Get(1).Const(37).Op(Opcode.I32Add).Op(Opcode.Br, 1)
            .End()
            .Const(12).Set(2)
            .Get(1).Get(2).Op(Opcode.I32Add)
            .End()
            .Set(3)
            .Const(9).Set(1)
            .Get(3).End();

        Run(code, argument).ShouldBe(expected);
    }

    [Theory]
    [InlineData(0, 7)]
    [InlineData(1, 8)]
    [InlineData(2, 9)]
    [InlineData(9, 9)]
    public void BranchTable_InAPart_ReachesTheOthers(int argument, int expected)
    {
        var code = new CodeBuilder()
            .Raw(0x02, Empty).Raw(0x02, Empty).Raw(0x02, Empty).Raw(0x02, Empty)
            .Get(0).Set(2)
            .Get(2).Raw(0x0E, 2, 0, 1, 2)
            .End().Const(7).Set(1).Op(Opcode.Br, 2)
            .End().Const(8).Set(1).Op(Opcode.Br, 1)
            .End().Const(9).Set(1)
            .End()
            .Get(1).End();

        Run(code, argument).ShouldBe(expected);
    }

    [Fact]
    public void Return_FromWithinAPart_GivesAllResults()
    {
        var module = new ModuleBuilder();
        var code = new CodeBuilder()
            .Const(2).Set(1)
            .Get(0).Raw(0x04, Empty).Get(1).Op(Opcode.I64Const, -2).Raw(0x44, 0, 0, 0, 0, 0, 0, 0xF8, 0x3F).Op(Opcode.Return).End()
            .Const(3).Set(1)
            .Get(1).Op(Opcode.I64Const, 9).Raw(0x44, 0, 0, 0, 0, 0, 0, 0, 0).End();
        module.Function("run", module.Type([ValueType.I32], [ValueType.I32, ValueType.I64, ValueType.F64]), code, (1, ValueType.I32));

        var run = Instantiate(module.Build()).GetFunction("run")!;
        run.Invoke(1).ShouldBe([2, -2L, 1.5]);
        run.Invoke(0).ShouldBe([3, 9L, 0.0]);
    }

    [Fact]
    public void Locals_WrittenInParts_ReachTheNextOnesAtEveryType()
    {
        // The first four statements write one local each, the last ones read them; local 5 is never written.
        var module = new ModuleBuilder();
        var code = new CodeBuilder()
            .Get(0).Set(1)
            .Get(0).Op(Opcode.I64ExtendI32S).Set(2)
            .Get(0).Op(Opcode.F32ConvertI32S).Set(3)
            .Get(0).Op(Opcode.F64ConvertI32S).Set(4)
            .Const(0).Set(0)
            .Get(1).Get(2).Get(3).Get(4).Get(5).Get(0).End();
        module.Function(
            "run",
            module.Type([ValueType.I32], [ValueType.I32, ValueType.I64, ValueType.F32, ValueType.F64, ValueType.I32, ValueType.I32]),
            code,
            (1, ValueType.I32),
            (1, ValueType.I64),
            (1, ValueType.F32),
            (1, ValueType.F64),
            (1, ValueType.I32));

        Instantiate(module.Build()).GetFunction("run")!.Invoke(-3).ShouldBe([-3, -3L, -3f, -3.0, 0, 0]);
    }

    [Fact]
    public void Loop_OfSeveralParts_CarriesItsLocalsAround() =>
        Run(Loop(), 10).ShouldBe(55);

    [Fact]
    public void Local_WrittenInOneIteration_IsReadInTheNext()
    {
        // Reads local 1 before it writes it: what the last iteration left is live at the loop's head.
        var code = new CodeBuilder()
            .Raw(0x03, Empty)
            .Get(2).Get(1).Op(Opcode.I32Add).Set(2)
            .Get(0).Set(1)
            .Get(0).Const(1).Op(Opcode.I32Sub).Op(Opcode.LocalTee, 0).Op(Opcode.BrIf, 0)
            .End()
            .Get(2).End();

        Run(code, 4).ShouldBe(4 + 3 + 2);
    }

    [Fact]
    public void Fuel_OfAFunctionInParts_IsThatOfTheWhole()
    {
        var wasm = ModuleBuilder.OneFunction([ValueType.I32], [ValueType.I32], Loop(), (3, ValueType.I32));

        using var engine = new Engine(Plain with { CountFuel = true });
        var left = new[] { Module.Load(engine, wasm), Divided(wasm, Plain with { CountFuel = true }) }.Select(module =>
        {
            using var instance = new Linker(module.Engine).Instantiate(module);
            instance.Fuel = 1_000;
            instance.GetFunction("run")!.Invoke(10);
            var rest = instance.Fuel;
            instance.Fuel = 20;
            Should.Throw<TrapException>(() => instance.GetFunction("run")!.Invoke(10)).Kind.ShouldBe(TrapKind.OutOfFuel);
            return rest;
        }).ToArray();

        left[1].ShouldBe(left[0]);
    }

    [Fact]
    public void Interruption_OfALoopOfSeveralParts_EndsIt()
    {
        var code = new CodeBuilder()
            .Raw(0x03, Empty)
            .Get(1).Const(1).Op(Opcode.I32Add).Set(1)
            .Get(2).Get(1).Op(Opcode.I32Add).Set(2)
            .Op(Opcode.Br, 0)
            .End()
            .Get(2).End();
        var module = Divided(ModuleBuilder.OneFunction([ValueType.I32], [ValueType.I32], code, (3, ValueType.I32)));
        using var instance = new Linker(module.Engine).Instantiate(module, new InstanceOptions { Timeout = TimeSpan.FromMilliseconds(100) });

        Should.Throw<TrapException>(() => instance.GetFunction("run")!.Invoke(1)).Kind.ShouldBe(TrapKind.Interrupted);
    }

    [Theory]
    [InlineData(BoundsChecks.Auto)]
    [InlineData(BoundsChecks.Explicit)]
    public void Trap_InAPart_LeavesWhatEarlierPartsDid(BoundsChecks checks)
    {
        var module = new ModuleBuilder().Memory(1, 2).Export("memory", 2, 0);
        var code = new CodeBuilder()
            .Const(8).Const(42).Op(Opcode.I32Store, 2, 0)
            .Get(0).Op(Opcode.I32Load, 2, 0).Set(1)
            .Const(8).Const(43).Op(Opcode.I32Store, 2, 0)
            .Get(1).End();
        module.Function("run", module.Type([ValueType.I32], [ValueType.I32]), code, (1, ValueType.I32));
        using var instance = Instantiate(module.Build(), Plain with { BoundsChecks = checks });

        Should.Throw<TrapException>(() => instance.GetFunction("run")!.Invoke(-1)).Kind.ShouldBe(TrapKind.OutOfBoundsMemoryAccess);
        instance.GetMemory("memory")!.ReadUInt32(8).ShouldBe(42u);
        instance.GetFunction("run")!.Invoke(8).ShouldBe([42]);
    }

    [Fact]
    public void Memory_GrownInAPart_IsReachedByTheNext()
    {
        var module = new ModuleBuilder().Memory(1, 2);
        var code = new CodeBuilder()
            .Const(1).Op(Opcode.MemoryGrow, 0).Set(1)
            .Const(0x10000).Get(0).Op(Opcode.I32Store, 2, 0)
            .Const(0x10000).Op(Opcode.I32Load, 2, 0).Set(1)
            .Get(1).End();
        module.Function("run", module.Type([ValueType.I32], [ValueType.I32]), code, (1, ValueType.I32));
        using var instance = Instantiate(module.Build(), Plain with { BoundsChecks = BoundsChecks.Explicit });

        instance.GetFunction("run")!.Invoke(42).ShouldBe([42]);
    }

    [Fact]
    public void Recursion_WithoutEndThroughParts_TrapsAndTheInstanceLivesOn()
    {
        var module = new ModuleBuilder();
        var code = new CodeBuilder()
            .Get(0).Const(1).Op(Opcode.I32Add).Set(1)
            .Get(0).Raw(0x04, Empty).Get(1).Call(0).Set(1).End()
            .Get(1).Get(0).Op(Opcode.I32Add).Set(1)
            .Get(1).End();
        module.Function("run", module.Type([ValueType.I32], [ValueType.I32]), code, (1, ValueType.I32));
        using var instance = Instantiate(module.Build());

        for (var i = 0; i < 3; i++)
        {
            Should.Throw<TrapException>(() => instance.GetFunction("run")!.Invoke(1)).Kind.ShouldBe(TrapKind.CallStackExhausted);
        }

        instance.GetFunction("run")!.Invoke(0).ShouldBe([1]);
    }

    [Fact]
    public void Exceptions_CaughtInAPart_LeaveTheLocalsRight()
    {
        var module = new ModuleBuilder();
        var tag = module.Type([ValueType.I32], []);
        module.Tag(tag);
        var code = new CodeBuilder()
            .Const(1).Set(1)
            .Raw(0x02, I32)
            .Raw(0x1F, Empty, 1, 0, 0, 0).Const(2).Set(1).Get(0).Op(Opcode.Throw, 0).End()
            .Const(0)
            .End()
            .Set(2)
            .Repeat(3, part => part.Get(1).Const(10).Op(Opcode.I32Mul).Set(1))
            .Get(1).Get(2).Op(Opcode.I32Add).End();
        module.Function("run", module.Type([ValueType.I32], [ValueType.I32]), code, (2, ValueType.I32));

        Instantiate(module.Build()).GetFunction("run")!.Invoke(7).ShouldBe([2007]);
    }

    [Theory]
    [InlineData(500, false)]
    [InlineData(5_000, true)]
    public void Function_TooLargeToBeOptimized_IsDividedIntoPartsThatAreNot(int statements, bool isDivided)
    {
        using var engine = new Engine();
        var code = new CodeBuilder()
            .Repeat(statements, part => part.Get(0).Const(3).Op(Opcode.I32Mul).Const(1).Op(Opcode.I32Add).Set(0))
            .Get(0).End();
        var module = Module.Load(engine, ModuleBuilder.OneFunction([ValueType.I32], [ValueType.I32], code));

        FunctionCompiler.Compile(module, 0).Parts.Count.ShouldBe(isDivided ? 2 : 0);

        var expected = 1;
        for (var i = 0; i < statements; i++)
        {
            expected = unchecked((expected * 3) + 1);
        }

        using var instance = new Linker(engine).Instantiate(module);
        instance.GetFunction("run")!.Invoke(1).ShouldBe([expected]);
    }

    /// <summary>The sum of the numbers up to local 0.</summary>
    private static CodeBuilder Loop() => new CodeBuilder()
        .Const(0).Set(1)
        .Get(0).Set(2)
        .Raw(0x03, Empty)
        .Get(1).Get(0).Op(Opcode.I32Add).Set(1)
        .Get(0).Const(1).Op(Opcode.I32Sub).Set(0)
        .Get(0).Op(Opcode.BrIf, 0)
        .End()
        .Get(1).End();

    /// <summary>The module with its function in as many parts as possible.</summary>
    private static Module Divided(byte[] wasm, EngineOptions? options = null)
    {
        var (module, parts) = PartSizes
            .Select(size => Module.Load(new Engine((options ?? Plain) with { PartSize = size }), wasm))
            .Select(module => (Module: module, FunctionCompiler.Compile(module, 0).Parts.Count))
            .MaxBy(candidate => candidate.Count);
        parts.ShouldBeGreaterThan(1);
        return module;
    }

    private static Instance Instantiate(byte[] wasm, EngineOptions? options = null)
    {
        var module = Divided(wasm, options);
        return new Linker(module.Engine).Instantiate(module);
    }

    private static int Run(CodeBuilder code, int argument)
    {
        using var instance = Instantiate(ModuleBuilder.OneFunction([ValueType.I32], [ValueType.I32], code, (3, ValueType.I32)));
        return (int)instance.GetFunction("run")!.Invoke(argument)[0]!;
    }
}
