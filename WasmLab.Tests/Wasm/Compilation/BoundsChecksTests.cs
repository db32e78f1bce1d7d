using WasmLab.Tests.Support;
using WasmLab.Wasm;
using WasmLab.Wasm.Binary;
using ValueType = WasmLab.Wasm.ValueType;

namespace WasmLab.Tests.Wasm.Compilation;

/// <summary>What can be seen of an access outside of the memory is the same, whoever finds it.</summary>
[Trait(Category.Name, Category.Unit)]
public sealed class BoundsChecksTests
{
    private const byte Empty = 0x40;
    private const int End = Memory.PageSize;

    private static string? Nothing => null;

    private static readonly Engine Guarded = new();
    private static readonly Engine Checked = new(new EngineOptions { BoundsChecks = BoundsChecks.Explicit });

    public static TheoryData<BoundsChecks> Ways => [BoundsChecks.Auto, BoundsChecks.Explicit];

    [Fact]
    public void Auto_OnLinuxX64_IsGuardPages()
    {
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64,
            "Guard pages need Linux on x64.");

        using var engine = new Engine(new EngineOptions { BoundsChecks = BoundsChecks.GuardPages });

        engine.Arena.ShouldNotBeNull().ShouldBeSameAs(Guarded.Arena);
        Checked.Arena.ShouldBeNull();
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Store_AcrossTheEnd_WritesNothing(BoundsChecks way)
    {
        var instance = Instantiate(way, Code().Get(0).Const(-1).Op(Opcode.I32Store, 2, 0).Const(0).End());

        ShouldTrap(instance, End - 2);

        instance.GetMemory("memory")!.GetSpan(End - 4, 4).ToArray().ShouldAllBe(value => value == 0);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Store_OfAVectorAcrossTheEnd_WritesNothing(BoundsChecks way)
    {
        var instance = Instantiate(way, Code().Get(0).Const(-1).Op(Opcode.I32x4Splat).Op(Opcode.V128Store, 4, 0).Const(0).End());

        ShouldTrap(instance, End - 15);

        instance.GetMemory("memory")!.GetSpan(End - 16, 16).ToArray().ShouldAllBe(value => value == 0);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Stores_BeforeTheOneOutside_AreKept(BoundsChecks way)
    {
        var code = Code();
        for (var i = 0; i < 4; i++)
        {
            code.Get(0).Const(i + 1).Op(Opcode.I32Store8, 0, i);
        }

        var instance = Instantiate(way, code.Const(0).End());

        ShouldTrap(instance, End - 3);

        instance.GetMemory("memory")!.GetSpan(End - 3, 3).ToArray().ShouldBe([1, 2, 3]);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Load_WhoseValueIsDropped_StillTraps(BoundsChecks way)
    {
        var instance = Instantiate(way, Code().Get(0).Op(Opcode.I64Load, 3, 0).Op(Opcode.I64Eqz).Op(Opcode.Drop).Const(7).End());

        ShouldTrap(instance, End - 1);
        ShouldTrap(instance, End - 7);
        Run(instance, End - 8).ShouldBe(7);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Load_OfTheFarthestAddress_Traps(BoundsChecks way)
    {
        var far = Code().Get(0).Raw(0x28, 2, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F).End();

        ShouldTrap(Instantiate(way, far), -1);
        ShouldTrap(Instantiate(way, Code().Get(0).Raw(0x28, 2, 0xFC, 0xFF, 0xFF, 0xFF, 0x0F).End()), -1);
        ShouldTrap(Instantiate(way, Code().Get(0).Op(Opcode.I32Load, 2, 0).End()), -1);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Load_ThatWaitsWhileAGlobalIsSet_TrapsFirst(BoundsChecks way)
    {
        var instance = Instantiate(way, Code().Get(0).Op(Opcode.I32Load, 2, 0).Const(1).Op(Opcode.GlobalSet, 0).End());

        ShouldTrap(instance, End);

        instance.GetGlobal("global")!.Value.ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Load_BeforeAnotherTrap_TrapsFirst(BoundsChecks way)
    {
        CodeBuilder Load() => Code().Get(0).Op(Opcode.I32Load, 2, 0);

        ShouldTrap(Instantiate(way, Load().Op(Opcode.Unreachable).End()), End);
        ShouldTrap(Instantiate(way, Load().Const(0).Op(Opcode.I32DivU).End()), End);
        ShouldTrap(Instantiate(way, Load().Const(1).Const(0).Op(Opcode.I32DivU).Op(Opcode.I32Add).End()), End);
        ShouldTrap(Instantiate(way, Load().Op(Opcode.F32Const).Raw(0, 0, 0xC0, 0x7F).Op(Opcode.I32TruncF32S).Op(Opcode.I32Add).End()), End);
        ShouldTrap(Instantiate(way, Load().Const(99).Op(Opcode.CallIndirect, 0, 0).End()), End);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Load_ThatABranchLeavesBehind_StillTraps(BoundsChecks way)
    {
        CodeBuilder InBlock(Opcode branch) => Code().Raw(0x02, 0x7F).Get(0).Op(Opcode.I32Load, 2, 0).Const(5).Op(branch, 0).Op(Opcode.Drop).End().End();

        ShouldTrap(Instantiate(way, InBlock(Opcode.Br)), End);
        ShouldTrap(Instantiate(way, Code().Get(0).Op(Opcode.I32Load, 2, 0).Const(5).Op(Opcode.Return).End()), End);
        ShouldTrap(
            Instantiate(way, Code().Raw(0x02, Empty).Get(0).Op(Opcode.I32Load, 2, 0).Const(1).Op(Opcode.BrIf, 0).Op(Opcode.Drop).End().Const(5).End()),
            End);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Load_ThatIsNotSelected_StillTraps(BoundsChecks way)
    {
        var code = Code().Const(1).Get(0).Op(Opcode.I32Load, 2, 0).Const(1).Op(Opcode.Select).End();

        ShouldTrap(Instantiate(way, code), End);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Trap_OfAFunction_NamesItInTheStackTrace(BoundsChecks way)
    {
        var instance = Instantiate(way, Code().Get(0).Op(Opcode.I32Load, 2, 0).End());

        var trap = Should.Throw<TrapException>(() => Run(instance, End));

        trap.StackTrace.ShouldNotBeNull().ShouldContain("run");
        trap.ToString().ShouldContain("run");
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void NullReference_OfTheHost_IsNoTrap(BoundsChecks way)
    {
        var module = new ModuleBuilder();
        var type = module.Type([ValueType.I32], [ValueType.I32]);
        var host = module.ImportFunction("host", "call", type);
        module.Memory(1, 1).Function("run", type, Code().Get(0).Call(host).Op(Opcode.I32Load, 2, 0).End());
        var engine = EngineOf(way);
        var linker = new Linker(engine);
        Instance? inner = null;
        linker.Define("host", "call", new FunctionType([ValueType.I32], [ValueType.I32]), (_, arguments, results) =>
        {
            if (arguments[0] == 1)
            {
                results[0] = Nothing!.Length;
            }

            Should.Throw<TrapException>(() => Run(inner!, End)).Kind.ShouldBe(TrapKind.OutOfBoundsMemoryAccess);
            results[0] = arguments[0];
        });
        inner = Instantiate(way, Code().Get(0).Op(Opcode.I32Load, 2, 0).End());
        using var instance = linker.Instantiate(Module.Load(engine, module.Build()));

        ShouldTrap(instance, End);
        Should.Throw<NullReferenceException>(() => Run(instance, 1));
        Run(instance, 8).ShouldBe(0);
    }

    [Fact]
    public void Traps_OnManyThreadsWhileObjectsAreCollected_StayApart()
    {
        var module = Module.Load(Guarded, Build(Code().Get(0).Get(0).Op(Opcode.I32Store, 2, 0).Get(0).Op(Opcode.I32Load, 2, 0).End()));

        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ =>
        {
            for (var round = 0; round < 20; round++)
            {
                using var instance = new Linker(Guarded).Instantiate(module);
                for (var i = 0; i < 50; i++)
                {
                    instance.GetMemory("memory")!.ReadUInt32((uint)i * 4).ShouldBe(0u);
                    Run(instance, i * 4).ShouldBe(i * 4);
                    ShouldTrap(instance, End + (i * 1_000_003));
                    GC.KeepAlive(new byte[10_000]);
                }
            }

            GC.Collect();
        });
    }

    private static CodeBuilder Code() => new();

    private static Engine EngineOf(BoundsChecks way) => way == BoundsChecks.Explicit ? Checked : Guarded;

    private static byte[] Build(CodeBuilder code)
    {
        var module = new ModuleBuilder();
        var type = module.Type([ValueType.I32], [ValueType.I32]);
        module.Memory(1, 3).Table(1).Global(ValueType.I32, true, Code().Const(0).End()).Function("run", type, code);
        return module.Export("memory", 2, 0).Export("global", 3, 0).Build();
    }

    private static Instance Instantiate(BoundsChecks way, CodeBuilder code) =>
        new Linker(EngineOf(way)).Instantiate(Module.Load(EngineOf(way), Build(code)));

    private static int Run(Instance instance, int argument) => (int)instance.GetFunction("run")!.Invoke(argument)[0]!;

    private static void ShouldTrap(Instance instance, int argument) =>
        Should.Throw<TrapException>(() => Run(instance, argument)).Kind.ShouldBe(TrapKind.OutOfBoundsMemoryAccess);
}
