using System.Diagnostics;
using WasmLab.Tests.Support;
using WasmLab.Wasm;
using WasmLab.Wasm.Binary;
using ValueType = WasmLab.Wasm.ValueType;

namespace WasmLab.Tests.Wasm.Runtime;

[Trait(Category.Name, Category.Unit)]
public sealed class InterruptTests
{
    private static readonly Engine Engine = new();

    [Fact]
    public async Task Interrupt_DuringAnEmptyLoop_EndsItWithTheReason()
    {
        var module = new ModuleBuilder();
        var type = module.Type([], []);
        var started = module.ImportFunction("host", "started", type);
        module.Function("run", type, new CodeBuilder().Call(started).Raw(0x03, 0x40).Op(Opcode.Br, 0).End().End());

        var trap = await InterruptAsync(module);

        trap.Kind.ShouldBe(TrapKind.Interrupted);
        trap.Message.ShouldBe("interrupted: the pod was deleted");
    }

    [Fact]
    public async Task Interrupt_DuringALoopThatOnlyReads_EndsIt()
    {
        var module = new ModuleBuilder().Memory(1, 1);
        var type = module.Type([], []);
        var started = module.ImportFunction("host", "started", type);
        module.Function("run", type, new CodeBuilder()
            .Call(started)
            .Raw(0x03, 0x40).Get(0).Const(1).Op(Opcode.I32Add).Set(0).Const(0).Op(Opcode.I32Load, 2, 0).Op(Opcode.I32Eqz).Op(Opcode.BrIf, 0).End()
            .End(), (1, ValueType.I32));

        (await InterruptAsync(module)).Kind.ShouldBe(TrapKind.Interrupted);
    }

    [Fact]
    public async Task Interrupt_DuringALoopThatBeginsWithASwitch_EndsIt()
    {
        var module = new ModuleBuilder();
        var type = module.Type([], []);
        var started = module.ImportFunction("host", "started", type);
        module.Function("run", type, new CodeBuilder()
            .Call(started)
            .Raw(0x03, 0x40, 0x02, 0x40, 0x02, 0x40).Get(0).Raw((byte)Opcode.BrTable, 3, 0, 1, 0, 1).End()
            .Const(1).Set(0).Op(Opcode.Br, 1).End()
            .Const(0).Set(0).Op(Opcode.Br, 0).End()
            .End(), (1, ValueType.I32));

        (await InterruptAsync(module)).Kind.ShouldBe(TrapKind.Interrupted);
    }

    [Fact]
    public async Task Interrupt_DuringRecursionWithoutLoops_EndsIt()
    {
        // Every call makes two more: it would run for ages at a depth of fifty.
        var module = new ModuleBuilder();
        var type = module.Type([], []);
        var started = module.ImportFunction("host", "started", type);
        var branching = module.Type([ValueType.I32], []);
        var tree = module.Function(null, branching, new CodeBuilder()
            .Get(0).Op(Opcode.I32Eqz).Raw(0x04, 0x40).Op(Opcode.Return).End()
            .Get(0).Const(1).Op(Opcode.I32Sub).Call(1)
            .Get(0).Const(1).Op(Opcode.I32Sub).Call(1).End());
        module.Function("run", type, new CodeBuilder().Call(started).Const(50).Call(tree).End());

        (await InterruptAsync(module)).Kind.ShouldBe(TrapKind.Interrupted);
    }

    [Fact]
    public async Task Interrupt_DuringAWaitingHostFunction_IsSeenByIt()
    {
        var module = new ModuleBuilder();
        var type = module.Type([], []);
        module.ImportFunction("host", "started", type);
        var wait = module.ImportFunction("host", "wait", type);
        module.Function("run", type, new CodeBuilder().Call(0).Call(wait).End());

        (await InterruptAsync(module)).Kind.ShouldBe(TrapKind.Interrupted);
    }

    [Fact]
    public async Task Interrupt_DuringFillsOfAWholeMemory_EndsThem()
    {
        // A gigabyte at a time, without a loop or a call between two fills.
        var module = new ModuleBuilder().Memory(16_384, 16_384);
        var type = module.Type([], []);
        var started = module.ImportFunction("host", "started", type);
        module.Function("run", type, new CodeBuilder()
            .Call(started)
            .Repeat(200, part => part.Const(0).Const(0).Const(1 << 30).Raw(0xFC, 0x0B, 0))
            .End());

        (await InterruptAsync(module)).Kind.ShouldBe(TrapKind.Interrupted);
    }

    [Fact]
    public async Task Interrupt_WhileALargeFunctionIsCompiled_DoesNotWaitForIt()
    {
        // Some seconds of compiling.
        var builder = new ModuleBuilder();
        var type = builder.Type([], []);
        var started = builder.ImportFunction("host", "started", type);
        var large = builder.Function(
            null, type, new CodeBuilder().Repeat(200_000, part => part.Get(0).Const(12345).Op(Opcode.I32Mul).Set(0)).End(), (1, ValueType.I32));
        builder.Function("run", type, new CodeBuilder().Call(started).Call(large).End());
        builder.Function("other", type, new CodeBuilder().End());
        var module = Module.Load(Engine, builder.Build());

        var trap = await InterruptAsync(module, () =>
        {
            using var other = new Linker(Engine).Define("host", "started", new FunctionType([], []), (_, _, _) => { }).Instantiate(module);
            other.GetFunction("other")!.Invoke();
        });

        trap.Kind.ShouldBe(TrapKind.Interrupted);
        module.Compiled.IsCompiled(large).ShouldBeFalse();
    }

    [Fact]
    public void Interrupt_BeforeTheCall_RefusesIt()
    {
        var module = new ModuleBuilder();
        var type = module.Type([], []);
        module.Function("run", type, new CodeBuilder().Raw(0x03, 0x40).Op(Opcode.Br, 0).End().End());
        using var instance = new Linker(Engine).Instantiate(Module.Load(Engine, module.Build()));

        instance.Interrupt("late");

        Should.Throw<TrapException>(() => instance.GetFunction("run")!.Invoke()).Message.ShouldBe("interrupted: late");
    }

    [Fact]
    public void Interrupt_BeforeACallWithoutLoopsAndCalls_RefusesItToo()
    {
        using var instance = new Linker(Engine).Instantiate(Module.Load(Engine, ModuleBuilder.OneFunction([], [], new CodeBuilder().End())));

        instance.Interrupt("late");

        Should.Throw<TrapException>(() => instance.GetFunction("run")!.Invoke()).Message.ShouldBe("interrupted: late");
    }

    private static Task<TrapException> InterruptAsync(ModuleBuilder module) => InterruptAsync(Module.Load(Engine, module.Build()), () => { });

    private static async Task<TrapException> InterruptAsync(Module module, Action whileItRuns)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var linker = new Linker(Engine)
            .Define("host", "started", new FunctionType([], []), (_, _, _) => running.SetResult())
            .Define("host", "wait", new FunctionType([], []), (caller, _, _) => caller.Interruption.WaitHandle.WaitOne());
        using var instance = linker.Instantiate(module);
        var ended = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        Engine.StartThread("guest", () => ended.SetResult(Record.Exception(() => instance.GetFunction("run")!.Invoke())));
        await running.Task.WaitAsync(TimeSpan.FromSeconds(30), cancellation);
        whileItRuns();

        var clock = Stopwatch.StartNew();
        instance.Interrupt("the pod was deleted");
        var outcome = await ended.Task.WaitAsync(TimeSpan.FromSeconds(30), cancellation);

        TestContext.Current.SendDiagnosticMessage("interrupted after {0}", clock.Elapsed);
        return outcome.ShouldBeOfType<TrapException>();
    }
}
