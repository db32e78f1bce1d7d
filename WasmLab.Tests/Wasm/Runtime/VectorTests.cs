using System.Runtime.Intrinsics;
using WasmLab.Tests.Support;
using WasmLab.Wasm;
using WasmLab.Wasm.Binary;
using ValueType = WasmLab.Wasm.ValueType;

namespace WasmLab.Tests.Wasm.Runtime;

/// <summary>Vectors on their ways between host and guest. What the instructions compute is the official suite's subject.</summary>
[Trait(Category.Name, Category.Unit)]
public sealed class VectorTests
{
    private const ValueType V128 = ValueType.V128;

    private static readonly Engine Engine = new();
    private static readonly Vector128<byte> Ascending = Vector128<byte>.Indices;

    [Fact]
    public void Invoke_OfVectors_TakesAndGivesThemWhole()
    {
        using var instance = Run([V128, ValueType.I32, V128], [ValueType.I64, V128, ValueType.I32, V128], new CodeBuilder()
            .Op(Opcode.I64Const, 7).Get(2).Get(1).Get(0).Get(2).Op(Opcode.I8x16Add).End());

        instance.GetFunction("run")!.Invoke(Ascending, 5, UInt128.MaxValue)
            .ShouldBe([7L, Vector128<byte>.AllBitsSet, 5, Ascending - Vector128<byte>.One]);
    }

    [Fact]
    public void Invoke_OfRawSlots_UsesTwoForAVector()
    {
        using var instance = Run([ValueType.I32, V128], [V128, ValueType.I32], new CodeBuilder().Get(1).Get(0).End());
        var results = new long[3];

        instance.GetFunction("run")!.Invoke([1, 2, 3], results);

        results.ShouldBe([2, 3, 1]);
    }

    [Fact]
    public void Invoke_WithAnObjectThatIsNoVector_SaysWhatIsNeeded()
    {
        using var instance = Run([V128], [], new CodeBuilder().End());

        Should.Throw<ArgumentException>(() => instance.GetFunction("run")!.Invoke(1)).Message.ShouldContain("v128 is needed");
    }

    [Fact]
    public void HostFunction_OfVectors_GetsAndGivesTwoSlots()
    {
        var module = new ModuleBuilder();
        var type = module.Type([V128, ValueType.I32], [ValueType.I32, V128]);
        var host = module.ImportFunction("host", "swap", type);
        module.Function("run", type, new CodeBuilder().Get(0).Get(1).Call(host).End());
        var linker = new Linker(Engine).Define("host", "swap", new FunctionType([V128, ValueType.I32], [ValueType.I32, V128]), (_, arguments, results) =>
        {
            results[0] = arguments[2] + 1;
            (results[1], results[2]) = (arguments[1], arguments[0]);
        });
        using var instance = linker.Instantiate(Module.Load(Engine, module.Build()));

        instance.GetFunction("run")!.Invoke(Vector128.Create(10L, 20L).AsByte(), 4).ShouldBe([5, Vector128.Create(20L, 10L).AsByte()]);
    }

    [Fact]
    public void Global_OfAVector_IsSharedWithTheHost()
    {
        var constant = new CodeBuilder().Op(Opcode.V128Const);
        constant.Raw([.. Enumerable.Range(0, 16).Select(i => (byte)i)]).End();
        var module = new ModuleBuilder().Global(V128, true, constant).Export("global", 3, 0);
        module.Function("run", module.Type([], [V128]), new CodeBuilder().Op(Opcode.GlobalGet, 0).Op(Opcode.V128Not).Op(Opcode.GlobalSet, 0).Op(Opcode.GlobalGet, 0).End());
        using var instance = new Linker(Engine).Instantiate(Module.Load(Engine, module.Build()));
        var global = instance.GetGlobal("global")!;

        global.Value.ShouldBe(Ascending);
        instance.GetFunction("run")!.Invoke().ShouldBe([~Ascending]);
        global.Value.ShouldBe(~Ascending);
        global.Value = UInt128.One;
        instance.GetFunction("run")!.Invoke().ShouldBe([~Vector128.Create(1L, 0L).AsByte()]);
    }

    [Fact]
    public void Locals_BeyondWhatTheFrameShouldHave_HoldVectors()
    {
        var code = new CodeBuilder();
        for (var i = 1; i <= 5_000; i++)
        {
            code.Get(i - 1).Get(0).Op(Opcode.I8x16Add).Set(i);
        }

        using var instance = Run([V128], [V128], code.Get(5_000).End(), (5_000, V128));

        instance.GetFunction("run")!.Invoke(Vector128<byte>.One).ShouldBe([Vector128.Create(unchecked((byte)5_001))]);
    }

    [Theory]
    [InlineData(0)] // the left operand as it is
    [InlineData(16)] // the right operand as it is
    [InlineData(5)] // a row out of both
    [InlineData(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)]
    [InlineData(24, 25, 8, 9, 26, 27, 10, 11, 28, 29, 12, 13, 30, 31, 14, 15)]
    [InlineData(0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23)]
    [InlineData(24, 25, 26, 27, 28, 29, 30, 31, 8, 9, 10, 11, 12, 13, 14, 15)]
    [InlineData(12, 13, 14, 15, 4, 5, 6, 7, 20, 21, 22, 23, 16, 17, 18, 19)]
    [InlineData(31, 0, 30, 1, 29, 2, 28, 3, 27, 4, 26, 5, 25, 6, 24, 7)]
    [InlineData(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)]
    [InlineData(17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17)]
    public void Shuffle_OfAnyLanes_PicksThem(params int[] lanes)
    {
        byte[] picks = [.. lanes.Length == 1 ? Enumerable.Range(lanes[0], 16).Select(lane => (byte)lane) : lanes.Select(lane => (byte)lane)];
        using var instance = Run([V128, V128], [V128], new CodeBuilder().Get(0).Get(1).Op(Opcode.I8x16Shuffle).Raw(picks).End());

        instance.GetFunction("run")!.Invoke(Ascending, Ascending + Vector128.Create((byte)16)).ShouldBe([Vector128.Create(picks)]);
    }

    [Fact]
    public void RelaxedInstruction_WhenTheFeatureIsOff_IsRefusedByName()
    {
        using var engine = new Engine(new EngineOptions { Features = WasmFeatures.None });
        var wasm = ModuleBuilder.OneFunction([V128, V128], [V128], new CodeBuilder().Get(0).Get(1).Op(Opcode.I8x16RelaxedSwizzle).End());

        var refusal = Should.Throw<ModuleException>(() => Module.Load(engine, wasm));

        refusal.Kind.ShouldBe(ModuleErrorKind.Unsupported);
        refusal.Reason.ShouldContain("WasmFeatures.RelaxedSimd is turned off");
    }

    private static Instance Run(ValueType[] parameters, ValueType[] results, CodeBuilder code, params (int Count, ValueType Type)[] locals) =>
        new Linker(Engine).Instantiate(Module.Load(Engine, ModuleBuilder.OneFunction(parameters, results, code, locals)));
}
