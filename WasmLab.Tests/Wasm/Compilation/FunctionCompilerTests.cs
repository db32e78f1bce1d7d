using WasmLab.Tests.Support;
using WasmLab.Wasm;
using WasmLab.Wasm.Binary;
using ValueType = WasmLab.Wasm.ValueType;

namespace WasmLab.Tests.Wasm.Compilation;

[Trait(Category.Name, Category.Unit)]
public sealed class FunctionCompilerTests
{
    private const byte I32 = 0x7F;
    private const byte Empty = 0x40;

    private static readonly Engine Engine = new();

    [Fact]
    public void LocalGet_BeforeTheLocalChanges_KeepsTheOldValue()
    {
        var code = new CodeBuilder().Get(0).Get(0).Const(1).Op(Opcode.I32Add).Set(0).Get(0).Op(Opcode.I32Mul).End();

        Run(code, 6).ShouldBe(42);
    }

    [Fact]
    public void Comparison_BeforeItsLocalChanges_BranchesOnTheOldValue()
    {
        var code = new CodeBuilder()
            .Raw(0x02, Empty)
            .Get(0).Const(5).Op(Opcode.I32GtU)
            .Get(0).Const(-100).Op(Opcode.I32Add).Set(0)
            .Op(Opcode.BrIf, 0)
            .Const(1).Op(Opcode.Return)
            .End()
            .Const(2).End();

        (Run(code, 6), Run(code, 5)).ShouldBe((2, 1));
    }

    [Theory]
    [InlineData(0, 0x12345678, 0x12345678)]
    [InlineData(8, 0x34567812, 0x78123456)]
    [InlineData(36, 0x23456781, unchecked((int)0x81234567))]
    public void Rotation_ByAConstant_TakesItModulo32(int count, int left, int right)
    {
        Run(new CodeBuilder().Get(0).Const(count).Op(Opcode.I32Rotl).End(), 0x12345678).ShouldBe(left);
        Run(new CodeBuilder().Get(0).Const(count).Op(Opcode.I32Rotr).End(), 0x12345678).ShouldBe(right);
    }

    [Fact]
    public void Load_BeforeAStoreToTheSamePlace_KeepsTheOldValue()
    {
        var code = new CodeBuilder()
            .Const(8).Get(0).Op(Opcode.I32Store, 2, 0)
            .Const(8).Op(Opcode.I32Load, 2, 0)
            .Const(8).Const(1).Op(Opcode.I32Store, 2, 0)
            .Const(8).Op(Opcode.I32Load, 2, 0)
            .Op(Opcode.I32Sub).End();

        Run(code, 43).ShouldBe(42);
    }

    [Fact]
    public void Local_ChangedOnOnePathOfAnIf_KeepsTheOldValueBelowIt()
    {
        var code = new CodeBuilder()
            .Get(0)
            .Get(0).Raw(0x04, Empty).Const(100).Set(0).End()
            .Get(0).Op(Opcode.I32Add).End();

        (Run(code, 7), Run(code, 0)).ShouldBe((107, 0));
    }

    [Fact]
    public void Loop_ParametersExchanged_AreMovedAllAtOnce()
    {
        var module = new ModuleBuilder();
        var loop = module.Type([ValueType.I32, ValueType.I32], [ValueType.I32, ValueType.I32]);
        var code = new CodeBuilder()
            .Const(1).Const(2)
            .Op(Opcode.Loop, loop)
            .Set(1).Set(2).Get(1).Get(2)
            .Get(0).Const(1).Op(Opcode.I32Sub).Op(Opcode.LocalTee, 0)
            .Op(Opcode.BrIf, 0)
            .End()
            .Set(1).Const(10).Op(Opcode.I32Mul).Get(1).Op(Opcode.I32Add).End();
        module.Function("run", module.Type([ValueType.I32], [ValueType.I32]), code, (2, ValueType.I32));

        (Run(module.Build(), 1), Run(module.Build(), 2)).ShouldBe((21, 12));
    }

    [Fact]
    public void Function_WithManyResults_GivesAllInOrder()
    {
        var module = new ModuleBuilder();
        var three = module.Type([ValueType.I32], [ValueType.I32, ValueType.I64, ValueType.F64]);
        var callee = module.Function(null, three, new CodeBuilder().Get(0).Op(Opcode.I64Const, -2).Raw(0x44, 0, 0, 0, 0, 0, 0, 0xF8, 0x3F).End());
        module.Function("run", three, new CodeBuilder().Get(0).Call(callee).End());

        Instantiate(module.Build()).GetFunction("run")!.Invoke(5).ShouldBe([5, -2L, 1.5]);
    }

    [Theory]
    [InlineData("I32DivS", int.MinValue, -1, TrapKind.IntegerOverflow)]
    [InlineData("I32DivS", 1, 0, TrapKind.IntegerDivideByZero)]
    [InlineData("I32RemU", 1, 0, TrapKind.IntegerDivideByZero)]
    public void Division_Undefined_Traps(string opcode, int left, int right, TrapKind kind)
    {
        var wasm = ModuleBuilder.OneFunction([ValueType.I32, ValueType.I32], [ValueType.I32], new CodeBuilder().Get(0).Get(1).Op(Enum.Parse<Opcode>(opcode)).End());

        Should.Throw<TrapException>(() => Instantiate(wasm).GetFunction("run")!.Invoke(left, right)).Kind.ShouldBe(kind);
    }

    [Fact]
    public void Remainder_OfTheSmallestNumberByMinusOne_IsZero()
    {
        var wasm = ModuleBuilder.OneFunction([ValueType.I32, ValueType.I32], [ValueType.I32], new CodeBuilder().Get(0).Get(1).Op(Opcode.I32RemS).End());

        Instantiate(wasm).GetFunction("run")!.Invoke(int.MinValue, -1).ShouldBe([0]);
    }

    [Theory]
    [InlineData(65_532, 0)]
    [InlineData(0, 65_532)]
    public void Load_OfTheLastBytes_IsAllowedAndTheNextTraps(int address, int offset)
    {
        var code = new CodeBuilder().Get(0).Op(Opcode.I32Load, 2).Raw(Leb(offset)).End();

        Run(code, address).ShouldBe(0);
        Should.Throw<TrapException>(() => Run(code, address + 1)).Kind.ShouldBe(TrapKind.OutOfBoundsMemoryAccess);
        Should.Throw<TrapException>(() => Run(code, -1)).Kind.ShouldBe(TrapKind.OutOfBoundsMemoryAccess);
    }

    [Fact]
    public void Load_AfterMemoryGrew_SeesTheNewPage()
    {
        var code = new CodeBuilder()
            .Const(0).Op(Opcode.I32Load, 2, 0).Op(Opcode.Drop)
            .Const(1).Raw(0x40, 0).Op(Opcode.Drop)
            .Get(0).Op(Opcode.I32Load, 2, 0).End();

        Run(code, 2 * Memory.PageSize - 4).ShouldBe(0);
        Should.Throw<TrapException>(() => Run(code, 2 * Memory.PageSize)).Kind.ShouldBe(TrapKind.OutOfBoundsMemoryAccess);
    }

    [Fact]
    public void Function_WithFiftyThousandLocals_KeepsThemApart()
    {
        const int Last = 49_999;
        var code = new CodeBuilder()
            .Get(0).Raw(0x21).Raw(Leb(Last))
            .Const(1).Raw(0x21).Raw(Leb(Last - 1))
            .Raw(0x20).Raw(Leb(Last)).Raw(0x20).Raw(Leb(Last - 1)).Op(Opcode.I32Sub)
            .Raw(0x20).Raw(Leb(25_000)).Op(Opcode.I32Add).End();

        Run(ModuleBuilder.OneFunction([ValueType.I32], [ValueType.I32], code, (Last, ValueType.I32)), 43).ShouldBe(42);
    }

    [Fact]
    public void Function_WithDeepOperandStack_IsCompiled()
    {
        const int Depth = 20_000;
        var code = new CodeBuilder().Repeat(Depth, part => part.Get(0)).Repeat(Depth - 1, part => part.Op(Opcode.I32Add)).End();

        Run(code, 2).ShouldBe(2 * Depth);
    }

    [Fact]
    public void Function_WithDeepNesting_IsCompiled()
    {
        const int Depth = 5_000;
        var code = new CodeBuilder()
            .Repeat(Depth, part => part.Raw(0x02, I32).Const(1).Op(Opcode.Drop))
            .Get(0)
            .Repeat(Depth, part => part.End())
            .End();

        Run(code, 42).ShouldBe(42);
    }

    [Fact]
    public void Function_WithManyParameters_GetsThemAll()
    {
        const int Count = 1_000;
        var code = new CodeBuilder().Get(0);
        for (var i = 1; i < Count; i++)
        {
            code.Raw(0x20).Raw(Leb(i)).Op(Opcode.I32Add);
        }

        var parameters = Enumerable.Repeat(ValueType.I32, Count).ToArray();
        var wasm = ModuleBuilder.OneFunction(parameters, [ValueType.I32], code.End());

        Instantiate(wasm).GetFunction("run")!.Invoke([.. Enumerable.Range(0, Count).Cast<object>()]).ShouldBe([Count * (Count - 1) / 2]);
    }

    [Fact]
    public void Function_OfManyMegabytes_TrapsWhenItIsCalled()
    {
        var code = new CodeBuilder()
            .Repeat(900_000, part => part.Get(0).Op(Opcode.F32ConvertI32S).Op(Opcode.I32TruncF32S).Set(0))
            .Get(0).End();

        Should.Throw<TrapException>(() => Run(code, 0)).Message.ShouldBe("function too large to compile: run");
    }

    private static byte[] Leb(int value)
    {
        List<byte> bytes = [];
        CodeBuilder.Unsigned(bytes, (uint)value);
        return [.. bytes];
    }

    private static Instance Instantiate(byte[] wasm) => new Linker(Engine).Instantiate(Module.Load(Engine, wasm));

    private static int Run(byte[] wasm, int argument) => (int)Instantiate(wasm).GetFunction("run")!.Invoke(argument)[0]!;

    private static int Run(CodeBuilder code, int argument) => Run(ModuleBuilder.OneFunction([ValueType.I32], [ValueType.I32], code), argument);
}
