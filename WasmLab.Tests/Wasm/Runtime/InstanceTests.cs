using System.Runtime.CompilerServices;
using WasmLab.Tests.Support;
using WasmLab.Wasm;
using WasmLab.Wasm.Binary;
using ValueType = WasmLab.Wasm.ValueType;

namespace WasmLab.Tests.Wasm.Runtime;

[Trait(Category.Name, Category.Unit)]
public sealed class InstanceTests
{
    private static readonly Engine Engine = new();

    [Fact]
    public void Instances_OfOneModule_HaveStateOfTheirOwn()
    {
        var module = Module.Load(Engine, Counter());
        var linker = new Linker(Engine);
        using var first = linker.Instantiate(module);
        using var second = linker.Instantiate(module);

        first.GetFunction("next")!.Invoke();
        first.GetFunction("next")!.Invoke().ShouldBe([2]);
        second.GetFunction("next")!.Invoke().ShouldBe([1]);
    }

    [Fact]
    public void Instances_OnManyThreads_DoNotTouchOneAnother()
    {
        const int Calls = 2_000;
        var module = Module.Load(Engine, Counter());

        Parallel.For(0, 64, _ =>
        {
            using var instance = new Linker(Engine).Instantiate(module);
            var next = instance.GetFunction("next")!;
            for (var i = 1; i <= Calls; i++)
            {
                next.Invoke().ShouldBe([i]);
            }
        });
    }

    [Fact]
    public void HostFunction_GetsTheCallerAndItsMemory()
    {
        var module = new ModuleBuilder().Memory(1, 1).Export("memory", 2, 0).Data(16, "hello"u8.ToArray());
        var print = module.ImportFunction("host", "print", module.Type([ValueType.I32, ValueType.I32], [ValueType.I32]));
        module.Function("run", module.Type([], [ValueType.I32]), new CodeBuilder().Const(16).Const(5).Call(print).End());
        var linker = new Linker(Engine).Define(
            "host", "print", new FunctionType([ValueType.I32, ValueType.I32], [ValueType.I32]),
            (caller, arguments, results) =>
            {
                caller.HostState = caller.GetMemory("memory")!.ReadString((uint)arguments[0], (uint)arguments[1]);
                results[0] = -1;
            });
        using var instance = linker.Instantiate(Module.Load(Engine, module.Build()));

        instance.GetFunction("run")!.Invoke().ShouldBe([-1]);

        instance.HostState.ShouldBe("hello");
    }

    [Fact]
    public void HostFunction_ThatThrows_ReachesTheCallerAsItIs()
    {
        var module = new ModuleBuilder();
        var type = module.Type([], []);
        module.Function("run", type, new CodeBuilder().Call(module.ImportFunction("host", "fail", type)).End());
        var linker = new Linker(Engine).Define("host", "fail", new FunctionType([], []), (_, _, _) => throw new FormatException("from the host"));
        using var instance = linker.Instantiate(Module.Load(Engine, module.Build()));

        Should.Throw<FormatException>(() => instance.GetFunction("run")!.Invoke()).Message.ShouldBe("from the host");
    }

    [Fact]
    public void Dispose_ThenUse_SaysDisposed()
    {
        var instance = new Linker(Engine).Instantiate(Module.Load(Engine, Counter()));
        var next = instance.GetFunction("next")!;

        instance.Dispose();
        instance.Dispose();

        Should.Throw<ObjectDisposedException>(() => next.Invoke());
        Should.Throw<ObjectDisposedException>(() => instance.GetFunction("next"));
    }

    [Fact]
    public void Dispose_FromAHostFunction_WaitsForTheGuestToEnd()
    {
        var module = new ModuleBuilder().Memory(1, 1).Export("memory", 2, 0);
        var type = module.Type([], []);
        var dispose = module.ImportFunction("host", "dispose", type);
        module.Function("run", module.Type([], [ValueType.I32]), new CodeBuilder().Call(dispose).Const(0).Op(Opcode.I32Load, 2, 0).End());
        var linker = new Linker(Engine).Define("host", "dispose", new FunctionType([], []), (caller, _, _) => caller.Dispose());
        var instance = linker.Instantiate(Module.Load(Engine, module.Build()));
        var memory = instance.GetMemory("memory")!;

        instance.GetFunction("run")!.Invoke().ShouldBe([0]);

        memory.Size.ShouldBe(0);
        Should.Throw<TrapException>(() => memory.ReadByte(0));
    }

    [Fact]
    public void LinkedInstances_OneDisposed_TheOtherStillCallsIt()
    {
        var exporter = new Linker(Engine).Instantiate(Module.Load(Engine, Counter()));
        var module = new ModuleBuilder();
        var type = module.Type([], [ValueType.I32]);
        module.Function("run", type, new CodeBuilder().Call(module.ImportFunction("counter", "next", type)).End());
        using var importer = new Linker(Engine).DefineInstance("counter", exporter).Instantiate(Module.Load(Engine, module.Build()));

        exporter.Dispose();

        importer.GetFunction("run")!.Invoke().ShouldBe([1]);
    }

    [Fact]
    public void Instance_Forgotten_IsCollected()
    {
        var forgotten = MakeAndForget();

        var deadline = TimeProvider.System.GetTimestamp();
        while (forgotten.IsAlive && TimeProvider.System.GetElapsedTime(deadline) < TimeSpan.FromSeconds(30))
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        forgotten.IsAlive.ShouldBeFalse();
    }

    [Fact]
    public void Reference_OfAHostObject_ComesBackAsTheSameObject()
    {
        var wasm = ModuleBuilder.OneFunction([ValueType.ExternRef], [ValueType.ExternRef], new CodeBuilder().Get(0).End());
        using var instance = new Linker(Engine).Instantiate(Module.Load(Engine, wasm));
        var something = new object();

        instance.GetFunction("run")!.Invoke(something).ShouldHaveSingleItem().ShouldBeSameAs(something);
        instance.GetFunction("run")!.Invoke([null]).ShouldHaveSingleItem().ShouldBeNull();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference MakeAndForget()
    {
        var instance = new Linker(Engine).Instantiate(Module.Load(Engine, Counter()));
        instance.GetFunction("next")!.Invoke();
        return new WeakReference(instance);
    }

    private static byte[] Counter()
    {
        var module = new ModuleBuilder().Memory(1, 1).Global(ValueType.I32, true, new CodeBuilder().Const(0).End());
        module.Function("next", module.Type([], [ValueType.I32]), new CodeBuilder()
            .Op(Opcode.GlobalGet, 0).Const(1).Op(Opcode.I32Add).Op(Opcode.GlobalSet, 0).Op(Opcode.GlobalGet, 0).End());
        return module.Build();
    }
}
