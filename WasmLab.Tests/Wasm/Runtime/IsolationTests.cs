using WasmLab.Tests.Support;
using WasmLab.Wasm;
using WasmLab.Wasm.Binary;
using ValueType = WasmLab.Wasm.ValueType;

namespace WasmLab.Tests.Wasm.Runtime;

/// <summary>Whatever one instance does, another of the same module in the same process does not notice.</summary>
[Trait(Category.Name, Category.Unit)]
public sealed class IsolationTests
{
    private const uint Page = Memory.PageSize;

    // A small stack, for unwinding a deep one takes long.
    private static readonly Engine Engine = new(new EngineOptions { StackSize = 128 * 1024 });

    [Fact]
    public void Write_OfTheWholeMemory_LeavesThatOfTheOthersAsItWas()
    {
        var module = Module.Load(Engine, Writer());
        using var before = Instantiate(module);
        using var writer = Instantiate(module);
        using var after = Instantiate(module);

        writer.GetFunction("fill")!.Invoke(0, 0xAA, (int)Page);

        foreach (var other in new[] { before, after })
        {
            IsZero(other).ShouldBeTrue();
        }
    }

    [Theory]
    [InlineData(65_536)]
    [InlineData(65_533)]
    [InlineData(1 << 20)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    [InlineData(-1)]
    public void Write_OutsideOfTheMemory_TrapsAndTouchesNoOther(int address)
    {
        var module = Module.Load(Engine, Writer());
        var others = Enumerable.Range(0, 20).Select(_ => Instantiate(module)).ToList();
        using var writer = Instantiate(module);
        others.AddRange(Enumerable.Range(0, 20).Select(_ => Instantiate(module)));

        // The instruction's own offset is 2^32 - 1 in "far".
        Should.Throw<TrapException>(() => writer.GetFunction("near")!.Invoke(address)).Kind.ShouldBe(TrapKind.OutOfBoundsMemoryAccess);
        Should.Throw<TrapException>(() => writer.GetFunction("far")!.Invoke(address)).Kind.ShouldBe(TrapKind.OutOfBoundsMemoryAccess);

        others.ShouldAllBe(other => IsZero(other));
        others.ForEach(other => other.Dispose());
    }

    [Fact]
    public async Task Instances_ThatTrapAndDieOnManyThreads_LeaveTheOthersRight()
    {
        const int Rounds = 50;
        var module = Module.Load(Engine, Writer());
        var wild = Enumerable.Range(0, 4).Select(_ => RunAsync(() =>
        {
            for (var i = 0; i < Rounds; i++)
            {
                using var instance = Instantiate(module);
                Should.Throw<TrapException>(() => instance.GetFunction("near")!.Invoke(-1));
                instance.GetFunction("fill")!.Invoke(0, i, (int)Page);
                Should.Throw<TrapException>(() => instance.GetFunction("recurse")!.Invoke()).Kind.ShouldBe(TrapKind.CallStackExhausted);
                instance.Interrupt("end");
                Should.Throw<TrapException>(() => instance.GetFunction("near")!.Invoke(0)).Kind.ShouldBe(TrapKind.Interrupted);
            }
        })).ToList();
        var calm = Enumerable.Range(0, 4).Select(number => RunAsync(() =>
        {
            using var instance = Instantiate(module);
            var add = instance.GetFunction<Func<int, int>>("add")!;
            for (var i = 1; i <= Rounds * 100; i++)
            {
                add(number).ShouldBe(i * number);
            }
        })).ToList();

        await Task.WhenAll(wild.Concat(calm));
    }

    [Fact]
    public unsafe void Instances_OfOneModule_ShareItsCode()
    {
        var module = Module.Load(Engine, Writer());
        using var first = Instantiate(module);
        using var second = Instantiate(module);
        const int Add = 3;
        first.Record(Add)->Code.ShouldBe(second.Record(Add)->Code, "the stub that compiles it");

        first.GetFunction("add")!.Invoke(1);
        second.GetFunction("add")!.Invoke(1);

        first.Record(Add)->Code.ShouldBe(second.Record(Add)->Code);
        first.Record(Add)->Code.ShouldBe(module.Compiled.CodeOf(Add, caller: null));
    }

    [Fact]
    public void Reference_ToAFunctionOfAnotherInstance_RunsOnTheOthersState()
    {
        var module = Module.Load(Engine, Writer());
        using var owner = Instantiate(module);
        var builder = new ModuleBuilder().Memory(1, 1).Table(1).Export("table", 1, 0);
        var type = builder.Type([ValueType.I32], [ValueType.I32]);
        builder.Function("run", type, new CodeBuilder().Get(0).Const(0).Op(Opcode.CallIndirect, type, 0).End());
        using var caller = new Linker(Engine).Instantiate(Module.Load(Engine, builder.Build()));
        caller.GetTable("table")![0] = owner.GetFunction("add");

        caller.GetFunction("run")!.Invoke(5).ShouldBe([5]);

        owner.GetFunction("add")!.Invoke(1).ShouldBe([6]);
    }

    private static bool IsZero(Instance instance) => instance.GetMemory("memory")!.GetSpan(0, Page).IndexOfAnyExcept((byte)0) < 0;

    private static Task RunAsync(Action action)
    {
        var ended = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        Engine.StartThread("guest", () => ended.SetResult(Record.Exception(action)));
        return EndAsync();

        async Task EndAsync() => (await ended.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken)).ShouldBeNull();
    }

    private static Instance Instantiate(Module module) => new Linker(Engine).Instantiate(module);

    private static byte[] Writer()
    {
        var module = new ModuleBuilder().Memory(1, 1).Export("memory", 2, 0).Global(ValueType.I32, true, new CodeBuilder().Const(0).End());
        var one = module.Type([ValueType.I32], []);
        module.Function("near", one, new CodeBuilder().Get(0).Const(-1).Op(Opcode.I32Store, 0, 0).End());
        module.Function("far", one, new CodeBuilder().Get(0).Const(-1).Raw((byte)Opcode.I32Store, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F).End());
        module.Function("fill", module.Type([ValueType.I32, ValueType.I32, ValueType.I32], []), new CodeBuilder().Get(0).Get(1).Get(2).Raw(0xFC, 0x0B, 0).End());
        module.Function("add", module.Type([ValueType.I32], [ValueType.I32]), new CodeBuilder()
            .Op(Opcode.GlobalGet, 0).Get(0).Op(Opcode.I32Add).Op(Opcode.GlobalSet, 0).Op(Opcode.GlobalGet, 0).End());
        module.Function("recurse", module.Type([], []), new CodeBuilder().Call(4).End());
        return module.Build();
    }
}
