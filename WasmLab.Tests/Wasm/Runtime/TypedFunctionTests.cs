using WasmLab.Tests.Support;
using WasmLab.Wasm;
using WasmLab.Wasm.Binary;
using ValueType = WasmLab.Wasm.ValueType;

namespace WasmLab.Tests.Wasm.Runtime;

[Trait(Category.Name, Category.Unit)]
public sealed class TypedFunctionTests
{
    private static readonly Engine Engine = new();

    private delegate double Mixed(int first, long second, float third, double fourth);

    [Fact]
    public void GetFunction_AsFunc_IsCalledLikeAnyOther()
    {
        using var instance = Instantiate([ValueType.I32, ValueType.I32], [ValueType.I32], new CodeBuilder().Get(0).Get(1).Op(Opcode.I32Sub).End());

        var subtract = instance.GetFunction<Func<int, int, int>>("run")!;

        subtract(5, 7).ShouldBe(-2);
        instance.GetFunction<Func<uint, uint, uint>>("run")!(5, 7).ShouldBe(uint.MaxValue - 1);
        instance.GetFunction<Func<int, int, int>>("none").ShouldBeNull();
    }

    [Fact]
    public void GetFunction_OfEveryNumber_KeepsTheValues()
    {
        var code = new CodeBuilder()
            .Get(0).Op(Opcode.F64ConvertI32S).Get(1).Op(Opcode.F64ConvertI64S).Op(Opcode.F64Add)
            .Get(2).Op(Opcode.F64PromoteF32).Op(Opcode.F64Add).Get(3).Op(Opcode.F64Add).End();
        using var instance = Instantiate([ValueType.I32, ValueType.I64, ValueType.F32, ValueType.F64], [ValueType.F64], code);

        instance.GetFunction<Mixed>("run")!(-1, 1L << 40, 0.5f, 0.25).ShouldBe((1L << 40) - 0.25);
    }

    [Fact]
    public void GetFunction_OfSeveralResults_GivesATuple()
    {
        using var instance = Instantiate([ValueType.I32, ValueType.F64], [ValueType.F64, ValueType.I32], new CodeBuilder().Get(1).Get(0).End());

        instance.GetFunction<Func<int, double, (double, int)>>("run")!(3, 0.5).ShouldBe((0.5, 3));
    }

    [Fact]
    public void GetFunction_OfReferences_GivesObjectsAndFunctions()
    {
        using var instance = Instantiate([ValueType.ExternRef, ValueType.FuncRef], [ValueType.ExternRef, ValueType.FuncRef], new CodeBuilder().Get(0).Get(1).End());
        var something = new object();
        var function = instance.GetFunction("run")!;

        var same = instance.GetFunction<Func<object?, Function?, (object?, Function?)>>("run")!;

        same(something, function).ShouldBe((something, function));
        same(null, null).ShouldBe((null, null));
    }

    [Fact]
    public void GetFunction_OfAnotherSignature_NamesBoth()
    {
        using var instance = Instantiate([ValueType.I32], [ValueType.I64], new CodeBuilder().Op(Opcode.I64Const, 0).End());

        Should.Throw<ArgumentException>(() => instance.GetFunction<Func<int, int>>("run")).Message.ShouldContain("[i32] -> [i64], but Func`2 is [i32] -> [i32]");
        Should.Throw<ArgumentException>(() => instance.GetFunction<Func<int, string>>("run")).Message.ShouldContain("String stands for no WebAssembly type");
    }

    [Fact]
    public void Delegate_ThatTraps_ThrowsTheTrap()
    {
        using var instance = Instantiate([], [], new CodeBuilder().Op(Opcode.Unreachable).End());

        Should.Throw<TrapException>(() => instance.GetFunction<Action>("run")!()).Kind.ShouldBe(TrapKind.Unreachable);
    }

    [Fact]
    public void Delegate_ThatIsCalled_AllocatesNothing()
    {
        using var instance = Instantiate([ValueType.I32], [ValueType.I32], new CodeBuilder().Get(0).End());
        var run = instance.GetFunction<Func<int, int>>("run")!;
        run(1);
        var before = GC.GetAllocatedBytesForCurrentThread();

        run(2);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public void Define_ALambda_TakesItsTypesFromTheSignature()
    {
        var builder = new ModuleBuilder().Memory(1, 1).Export("memory", 2, 0);
        var host = builder.Type([ValueType.I32, ValueType.I64, ValueType.F32, ValueType.F64], [ValueType.F32, ValueType.I32]);
        var import = builder.ImportFunction("host", "mix", host);
        builder.Function("run", builder.Type([], [ValueType.F32, ValueType.I32]), new CodeBuilder()
            .Const(-7).Op(Opcode.I64Const, -8).Raw(0x43, 0, 0, 0xC0, 0x3F).Raw(0x44, 0, 0, 0, 0, 0, 0, 4, 0x40).Call(import).End());
        (int, long, float, double) seen = default;
        uint size = 0;
        var linker = new Linker(Engine).Define("host", "mix", (Instance caller, int a, long b, float c, double d) =>
        {
            seen = (a, b, c, d);
            size = caller.GetMemory("memory")!.Pages;
            return (c * 2, a);
        });

        using var instance = linker.Instantiate(Module.Load(Engine, builder.Build()));

        instance.GetFunction<Func<(float, int)>>("run")!().ShouldBe((3f, -7));
        seen.ShouldBe((-7, -8, 1.5f, 2.5));
        size.ShouldBe(1u);
    }

    [Fact]
    public void Define_ADelegateOfReferences_GetsTheObjects()
    {
        var builder = new ModuleBuilder();
        var type = builder.Type([ValueType.ExternRef], [ValueType.ExternRef]);
        var import = builder.ImportFunction("host", "same", type);
        builder.Function("run", type, new CodeBuilder().Get(0).Call(import).End());
        using var instance = new Linker(Engine).Define("host", "same", (object? value) => value).Instantiate(Module.Load(Engine, builder.Build()));

        instance.GetFunction("run")!.Invoke("hello").ShouldBe(["hello"]);
    }

    [Fact]
    public void Define_ADelegateThatFitsNothing_SaysWhatDoes() =>
        Should.Throw<ArgumentException>(() => new Linker(Engine).Define("host", "print", (string text) => { })).Message.ShouldContain("use int, uint");

    private static Instance Instantiate(ValueType[] parameters, ValueType[] results, CodeBuilder code) =>
        new Linker(Engine).Instantiate(Module.Load(Engine, ModuleBuilder.OneFunction(parameters, results, code)));
}
