using WasmLab.Tests.Support;
using WasmLab.Wasm;
using WasmLab.Wasm.Binary;
using ValueType = WasmLab.Wasm.ValueType;

namespace WasmLab.Tests.Wasm.Runtime;

[Trait(Category.Name, Category.Unit)]
public sealed class CallStackTests
{
    private static readonly Engine Engine = new();

    [Fact]
    public void Recursion_WithoutEnd_TrapsAndTheInstanceLivesOn()
    {
        var module = new ModuleBuilder();
        var type = module.Type([ValueType.I32], [ValueType.I32]);
        module.Function("recurse", type, new CodeBuilder().Get(0).Call(0).End());
        module.Function("run", type, new CodeBuilder().Get(0).End());
        using var instance = Instantiate(module);

        for (var i = 0; i < 3; i++)
        {
            Trap(() => instance.GetFunction("recurse")!.Invoke(1)).Message.ShouldBe("call stack exhausted");
        }

        instance.GetFunction("run")!.Invoke(42).ShouldBe([42]);
    }

    [Fact]
    public void Recursion_ThroughATable_Traps()
    {
        var module = new ModuleBuilder().Table(1).Elements(0, 0);
        var type = module.Type([], []);
        module.Function("run", type, new CodeBuilder().Const(0).Op(Opcode.CallIndirect, type, 0).End());

        Trap(() => Instantiate(module).GetFunction("run")!.Invoke()).Kind.ShouldBe(TrapKind.CallStackExhausted);
    }

    [Fact]
    public void Recursion_OfAFrameOfFourHundredKilobytes_Traps()
    {
        var module = new ModuleBuilder();
        var type = module.Type([], []);
        module.Function("run", type, new CodeBuilder().Call(0).End(), (50_000, ValueType.I64));

        Trap(() => Instantiate(module).GetFunction("run")!.Invoke()).Kind.ShouldBe(TrapKind.CallStackExhausted);
    }

    [Fact]
    public void Recursion_ThroughTheHost_Traps()
    {
        var module = new ModuleBuilder();
        var type = module.Type([], []);
        var again = module.ImportFunction("host", "again", type);
        module.Function("run", type, new CodeBuilder().Call(again).End());
        var linker = new Linker(Engine).Define("host", "again", new FunctionType([], []), (caller, _, _) => caller.GetFunction("run")!.Invoke([], []));

        Trap(() => linker.Instantiate(Module.Load(Engine, module.Build())).GetFunction("run")!.Invoke()).Kind.ShouldBe(TrapKind.CallStackExhausted);
    }

    [Fact]
    public void Recursion_OnAThreadWithASmallStack_TrapsThere()
    {
        var module = new ModuleBuilder();
        var type = module.Type([], []);
        module.Function("run", type, new CodeBuilder().Call(0).End());
        using var instance = Instantiate(module);
        TrapException? trap = null;

        var thread = new Thread(() => trap = Trap(() => instance.GetFunction("run")!.Invoke()), maxStackSize: 512 * 1024);
        thread.Start();
        thread.Join();

        trap.ShouldNotBeNull().Kind.ShouldBe(TrapKind.CallStackExhausted);
    }

    [Fact]
    public void Trap_StackTrace_NamesTheGuestsFunctions()
    {
        var module = new ModuleBuilder();
        var type = module.Type([], []);
        var inner = module.Function("inner", type, new CodeBuilder().Op(Opcode.Unreachable).End());
        module.Function("outer", type, new CodeBuilder().Call(inner).End());

        var trap = Trap(() => Instantiate(module).GetFunction("outer")!.Invoke());

        trap.Message.ShouldBe("unreachable");
        trap.StackTrace!.ShouldContain("inner");
        trap.StackTrace!.ShouldContain("outer");
    }

    private static TrapException Trap(Action action) => Should.Throw<TrapException>(action);

    private static Instance Instantiate(ModuleBuilder module) => new Linker(Engine).Instantiate(Module.Load(Engine, module.Build()));
}
