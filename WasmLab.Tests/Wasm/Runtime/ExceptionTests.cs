using WasmLab.Tests.Support;
using WasmLab.Wasm;
using WasmLab.Wasm.Binary;
using ValueType = WasmLab.Wasm.ValueType;

namespace WasmLab.Tests.Wasm.Runtime;

/// <summary>Exceptions of WebAssembly 3.0, in binary modules: wabt's converter knows only their older form.</summary>
[Trait(Category.Name, Category.Unit)]
public sealed class ExceptionTests
{
    private const ValueType I32 = ValueType.I32;
    private const byte Empty = 0x40;
    private const byte CatchTag = 0;
    private const byte CatchTagReference = 1;
    private const byte CatchAll = 2;
    private const byte CatchAllReference = 3;

    private static readonly Engine Engine = new();

    [Fact]
    public void Throw_CaughtInTheSameFunction_GivesItsValues()
    {
        var (module, run) = Module([I32], [I32, ValueType.I64]);
        module.Tag(module.Type([I32, ValueType.I64], []));

        var wasm = run(new CodeBuilder()
            .Raw(0x1F, Empty, 1, CatchTag, 0, 0)
            .Get(0).Op(Opcode.I64Const, 40).Op(Opcode.Throw, 0)
            .End().Const(0).Op(Opcode.I64Const, 0).End());

        Invoke(wasm, 2).ShouldBe([2, 40L]);
    }

    [Fact]
    public void Throw_ThatNoClauseTakes_PassesThroughToTheHost()
    {
        var (module, run) = Module([I32], [I32]);
        var type = module.Type([I32, ValueType.V128, ValueType.F64], []);
        module.Tag(type).Tag(module.Type([], []));
        var code = new CodeBuilder().Raw(0x02, Empty).Raw(0x1F, Empty, 1, CatchTag, 1, 0)
            .Get(0).Op(Opcode.V128Const).Raw([.. Enumerable.Range(0, 16).Select(i => (byte)i)]).Op(Opcode.F64Const).Raw(0, 0, 0, 0, 0, 0, 0xF8, 0x3F).Op(Opcode.Throw, 0)
            .End().End().Const(5).End();

        var exception = Should.Throw<WasmException>(() => Invoke(run(code), 9));

        exception.Tag.Type.Parameters.ShouldBe([I32, ValueType.V128, ValueType.F64]);
        exception.Values.ShouldBe([9, System.Runtime.Intrinsics.Vector128<byte>.Indices, 1.5]);
        exception.Message.ShouldBe("uncaught exception of tag [i32 v128 f64]");
    }

    [Theory]
    [InlineData(0, 10)] // no exception: the body's value
    [InlineData(1, 101)] // the first tag
    [InlineData(2, 202)] // the second tag
    [InlineData(3, 300)] // any other
    public void Clauses_AreTriedInOrder(int argument, int expected)
    {
        var (module, run) = Module([I32], [I32]);
        var carries = module.Type([I32], []);
        module.Tag(carries).Tag(carries).Tag(carries);

        var wasm = run(new CodeBuilder()
            .Raw(0x02, Empty) // all others
            .Raw(0x02, 0x7F) // the second
            .Raw(0x02, 0x7F) // the first
            .Raw(0x1F, 0x7F, 3, CatchTag, 0, 0, CatchTag, 1, 1, CatchAll, 2)
            .Raw(0x02, Empty).Raw(0x02, Empty).Raw(0x02, Empty).Raw(0x02, Empty).Get(0).Raw(0x0E, 3, 0, 1, 2, 3)
            .End().Const(10).Op(Opcode.Br, 3)
            .End().Const(1).Op(Opcode.Throw, 0)
            .End().Const(2).Op(Opcode.Throw, 1)
            .End().Const(3).Op(Opcode.Throw, 2)
            .End().Op(Opcode.Return)
            .End().Const(100).Op(Opcode.I32Add).Op(Opcode.Return)
            .End().Const(200).Op(Opcode.I32Add).Op(Opcode.Return)
            .End().Raw(0x41, 0xAC, 0x02).End());

        Invoke(wasm, argument).ShouldBe([expected]);
    }

    [Fact]
    public void ThrowRef_OfACaughtException_ThrowsTheSameAgain()
    {
        var (module, run) = Module([I32], [I32]);
        module.Tag(module.Type([I32], []));
        var pair = module.Type([], [I32, ValueType.ExnRef]);

        // Caught with its reference, counted up in a local, thrown again, and caught by an outer block.
        var wasm = run(new CodeBuilder()
            .Raw(0x02, 0x7F).Raw(0x1F, Empty, 1, CatchTag, 0, 0)
            .Raw(0x02, (byte)pair).Raw(0x1F, Empty, 1, CatchTagReference, 0, 0)
            .Get(0).Op(Opcode.Throw, 0)
            .End().Op(Opcode.Unreachable)
            .End().Set(2).Const(1).Op(Opcode.I32Add).Set(1).Get(2).Op(Opcode.ThrowRef)
            .End().Op(Opcode.Unreachable)
            .End().Get(1).Op(Opcode.I32Add).End(), (1, I32), (1, ValueType.ExnRef));

        Invoke(wasm, 20).ShouldBe([41]);
    }

    [Fact]
    public void ThrowRef_OfNull_Traps()
    {
        var (_, run) = Module([I32], [I32]);

        var wasm = run(new CodeBuilder().Raw(0x02, Empty).Raw(0x1F, Empty, 1, CatchAll, 0).Raw(0xD0, 0x69).Op(Opcode.ThrowRef).End().End().Const(1).End());

        Should.Throw<TrapException>(() => Invoke(wasm, 0)).Message.ShouldBe("null exception reference");
    }

    [Theory]
    [InlineData(0, TrapKind.Unreachable)]
    [InlineData(1, TrapKind.IntegerDivideByZero)]
    [InlineData(2, TrapKind.OutOfBoundsMemoryAccess)]
    public void CatchAll_OfATrap_DoesNotCatchIt(int argument, TrapKind expected)
    {
        var (_, run) = Module([I32], [I32]);

        var wasm = run(new CodeBuilder()
            .Raw(0x02, Empty).Raw(0x1F, Empty, 1, CatchAll, 0)
            .Raw(0x02, Empty).Raw(0x02, Empty).Raw(0x02, Empty).Get(0).Raw(0x0E, 2, 0, 1, 2)
            .End().Op(Opcode.Unreachable)
            .End().Const(1).Const(0).Op(Opcode.I32DivS).Op(Opcode.Return)
            .End().Const(-1).Op(Opcode.I32Load, 2, 0).Op(Opcode.Return)
            .End().End().Const(1).End());

        Should.Throw<TrapException>(() => Invoke(wasm, argument)).Kind.ShouldBe(expected);
    }

    [Fact]
    public void Branches_OutOfATryTable_KeepValuesAndLoops()
    {
        var (module, run) = Module([I32], [I32]);
        module.Tag(module.Type([I32], []));

        // Sums 1..n: each turn throws the number, catches it outside of the block, and goes back to the loop's head from within another.
        var wasm = run(new CodeBuilder()
            .Raw(0x03, Empty)
            .Raw(0x02, 0x7F).Raw(0x1F, Empty, 1, CatchTag, 0, 0).Get(0).Op(Opcode.Throw, 0).End().Op(Opcode.Unreachable).End()
            .Get(1).Op(Opcode.I32Add).Set(1)
            .Get(0).Const(1).Op(Opcode.I32Sub).Set(0)
            .Raw(0x1F, Empty, 0).Get(0).Op(Opcode.BrIf, 1).End()
            .Raw(0x1F, Empty, 0).Get(1).Op(Opcode.Return).End()
            .End().Const(-1).End(), (1, I32));

        Invoke(wasm, 100).ShouldBe([5050]);
    }

    [Fact]
    public void TryTable_WithParametersAndResults_PassesThem()
    {
        var (module, run) = Module([I32], [I32]);
        var type = module.Type([I32, I32], [I32, I32]);

        var wasm = run(new CodeBuilder().Get(0).Const(3).Raw(0x1F, (byte)type, 0).Op(Opcode.I32Add).Const(2).End().Op(Opcode.I32Mul).End());

        Invoke(wasm, 4).ShouldBe([14]);
    }

    [Fact]
    public void TailCall_InATryTable_LeavesItsClauses()
    {
        var (module, run) = Module([I32], [I32]);
        module.Tag(module.Type([I32], []));
        var thrower = module.Function(null, 0, new CodeBuilder().Get(0).Op(Opcode.Throw, 0).End());

        var wasm = run(new CodeBuilder().Raw(0x02, Empty).Raw(0x1F, Empty, 1, CatchAll, 0).Get(0).Op(Opcode.ReturnCall, thrower).End().End().Const(1).End());

        Should.Throw<WasmException>(() => Invoke(wasm, 6)).Values.ShouldBe([6]);
    }

    [Fact]
    public void Exception_ThroughOtherFunctions_IsCaughtByItsTagOnly()
    {
        var provider = new ModuleBuilder();
        provider.Tag(provider.Type([I32], [])).Export("tag", 4, 0);
        provider.Function("throw", 0, new CodeBuilder().Get(0).Op(Opcode.Throw, 0).End());
        using var other = new Linker(Engine).Instantiate(WasmLab.Wasm.Module.Load(Engine, provider.Build()));

        var module = new ModuleBuilder();
        var carries = module.Type([I32], []);
        var type = module.Type([I32], [I32]);
        var thrower = module.ImportFunction("other", "throw", carries);
        module.ImportTag("other", "tag", carries).Tag(carries);
        module.Function("run", type, new CodeBuilder()
            .Raw(0x02, 0x7F).Raw(0x02, 0x7F).Raw(0x1F, Empty, 2, CatchTag, 1, 0, CatchTag, 0, 1)
            .Get(0).Call(thrower).End().Const(0).Op(Opcode.Return).End().Const(1000).Op(Opcode.I32Add).Op(Opcode.Return)
            .End().Const(1).Op(Opcode.I32Add).End());
        using var instance = new Linker(Engine).DefineInstance("other", other).Instantiate(WasmLab.Wasm.Module.Load(Engine, module.Build()));

        instance.GetFunction("run")!.Invoke(5).ShouldBe([6]);
    }

    [Fact]
    public void HostFunction_ThatThrowsATag_IsCaughtByTheGuest()
    {
        var tag = new Tag(Engine, new TagType([I32, ValueType.I64]));
        var module = new ModuleBuilder();
        var type = module.Type([], [I32, ValueType.I64]);
        var thrower = module.ImportFunction("host", "throw", module.Type([], []));
        module.ImportTag("host", "tag", module.Type([I32, ValueType.I64], []));
        module.Function("run", type, new CodeBuilder().Raw(0x1F, Empty, 1, CatchTag, 0, 0).Call(thrower).End().Op(Opcode.Unreachable).End());
        var linker = new Linker(Engine)
            .DefineTag("host", "tag", tag)
            .Define("host", "throw", new FunctionType([], []), (caller, _, _) => throw new WasmException(caller, tag, 7, 8L));
        using var instance = linker.Instantiate(WasmLab.Wasm.Module.Load(Engine, module.Build()));

        instance.GetFunction("run")!.Invoke().ShouldBe([7, 8L]);
    }

    [Fact]
    public void Reference_InAGlobalAndATable_StaysTheSameException()
    {
        var (module, run) = Module([I32], [I32]);
        module.Tag(module.Type([I32], [])).Table(1, ValueType.ExnRef).Global(ValueType.ExnRef, true, new CodeBuilder().Raw(0xD0, 0x69).End());

        var wasm = run(new CodeBuilder()
            .Raw(0x02, 0x69).Raw(0x1F, Empty, 1, CatchAllReference, 0).Get(0).Op(Opcode.Throw, 0).End().Op(Opcode.Unreachable).End()
            .Op(Opcode.GlobalSet, 0)
            .Const(0).Op(Opcode.GlobalGet, 0).Op(Opcode.TableSet, 0)
            .Raw(0x02, 0x7F).Raw(0x1F, Empty, 1, CatchTag, 0, 0).Const(0).Op(Opcode.TableGet, 0).Op(Opcode.ThrowRef).End().Op(Opcode.Unreachable).End()
            .Op(Opcode.GlobalGet, 0).Op(Opcode.RefIsNull).Op(Opcode.I32Add).End());

        Invoke(wasm, 33).ShouldBe([33]);
    }

    [Fact]
    public void Module_WhenTheFeatureIsOff_IsRefusedByName()
    {
        using var engine = new Engine(new EngineOptions { Features = WasmFeatures.All & ~WasmFeatures.Exceptions });
        var module = new ModuleBuilder();
        module.Tag(module.Type([], []));

        Should.Throw<ModuleException>(() => WasmLab.Wasm.Module.Load(engine, module.Build())).Message.ShouldContain("WasmFeatures.Exceptions is turned off");
    }

    [Theory]
    [InlineData(new byte[] { 0x08, 1 }, "unknown tag 1")]
    [InlineData(new byte[] { 0x08, 0 }, "type mismatch")]
    [InlineData(new byte[] { 0x41, 0, 0x0A }, "type mismatch")]
    [InlineData(new byte[] { 0x1F, 0x40, 1, 0, 0, 0, 0x0B }, "type mismatch")]
    [InlineData(new byte[] { 0x1F, 0x40, 1, 2, 7, 0x0B }, "unknown label 7")]
    [InlineData(new byte[] { 0x1F, 0x40, 1, 4, 0, 0x0B }, "malformed catch clause")]
    public void Instruction_ThatIsWrong_IsRefused(byte[] code, string reason)
    {
        var (module, run) = Module([], []);
        module.Tag(module.Type([I32], []));

        Should.Throw<ModuleException>(() => WasmLab.Wasm.Module.Load(Engine, run(new CodeBuilder().Raw(code).End()))).Reason.ShouldStartWith(reason);
    }

    [Fact]
    public void Tag_WithResults_IsRefused()
    {
        var module = new ModuleBuilder();
        module.Tag(module.Type([], [I32]));

        Should.Throw<ModuleException>(() => WasmLab.Wasm.Module.Load(Engine, module.Build())).Reason.ShouldBe("non-empty tag result type");
    }

    /// <summary>A module with a memory whose type 0 is that of its function "run", and what completes it.</summary>
    private static (ModuleBuilder Module, Complete Run) Module(ValueType[] parameters, ValueType[] results)
    {
        var module = new ModuleBuilder().Memory(1, 1);
        var type = module.Type(parameters, results);
        return (module, (code, locals) =>
        {
            module.Function("run", type, code, locals);
            return module.Build();
        });
    }

    private delegate byte[] Complete(CodeBuilder code, params (int Count, ValueType Type)[] locals);

    private static object?[] Invoke(byte[] wasm, params object?[] arguments)
    {
        using var instance = new Linker(Engine).Instantiate(WasmLab.Wasm.Module.Load(Engine, wasm));
        return instance.GetFunction("run")!.Invoke(arguments);
    }
}
