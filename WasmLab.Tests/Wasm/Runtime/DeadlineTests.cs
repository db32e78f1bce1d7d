using WasmLab.Tests.Support;
using WasmLab.Wasm;

namespace WasmLab.Tests.Wasm.Runtime;

[Trait(Category.Name, Category.Unit)]
public sealed class DeadlineTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly Engine _engine;

    public DeadlineTests() => _engine = new Engine(new EngineOptions { TimeProvider = _time });

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task InterruptAfter_WhenTheTimeHasPassed_EndsTheCall()
    {
        using var instance = new Linker(_engine).Instantiate(Module.Load(_engine, ModuleBuilder.Endless(isStart: false)));
        instance.InterruptAfter(TimeSpan.FromSeconds(5));
        var call = RunAsync(() => instance.GetFunction("run")!.Invoke());

        _time.Advance(TimeSpan.FromSeconds(4));
        call.IsCompleted.ShouldBeFalse();
        _time.Advance(TimeSpan.FromSeconds(1));

        (await call).ShouldBeOfType<TrapException>().Message.ShouldBe("interrupted: its time is up");
    }

    [Fact]
    public void InterruptAfter_TakenBack_DoesNothing()
    {
        using var instance = new Linker(_engine).Instantiate(Module.Load(_engine, ModuleBuilder.OneFunction([], [], new CodeBuilder().End())));
        instance.InterruptAfter(TimeSpan.FromSeconds(5));

        instance.InterruptAfter(Timeout.InfiniteTimeSpan);
        _time.Advance(TimeSpan.FromDays(1));

        instance.GetFunction("run")!.Invoke();
    }

    [Fact]
    public async Task Timeout_WhileTheStartFunctionRuns_EndsTheInstantiation()
    {
        var instantiation = InstantiateEndlessStartAsync(new InstanceOptions { Timeout = TimeSpan.FromSeconds(1) });
        await Wait.UntilAsync("the start function runs", () => _engine.InstanceCount == 1);

        _time.Advance(TimeSpan.FromSeconds(1));

        (await instantiation).ShouldBeOfType<TrapException>().Kind.ShouldBe(TrapKind.Interrupted);
        _engine.InstanceCount.ShouldBe(0);
    }

    [Fact]
    public async Task Cancellation_WhileTheStartFunctionRuns_EndsTheInstantiation()
    {
        using var cancellation = new CancellationTokenSource();
        var instantiation = InstantiateEndlessStartAsync(new InstanceOptions { Cancellation = cancellation.Token });
        await Wait.UntilAsync("the start function runs", () => _engine.InstanceCount == 1);

        await cancellation.CancelAsync();

        (await instantiation).ShouldBeOfType<TrapException>().Message.ShouldBe("interrupted: cancelled");
    }

    [Fact]
    public void Cancellation_BeforeTheInstantiation_EndsItAtOnce()
    {
        var module = Module.Load(_engine, ModuleBuilder.Endless(isStart: true));

        Should.Throw<TrapException>(() => new Linker(_engine).Instantiate(module, new InstanceOptions { Cancellation = new CancellationToken(true) }))
            .Kind.ShouldBe(TrapKind.Interrupted);
    }

    [Fact]
    public void Cancellation_AfterTheInstanceIsDisposed_TouchesNothing()
    {
        using var cancellation = new CancellationTokenSource();
        var module = Module.Load(_engine, ModuleBuilder.OneFunction([], [], new CodeBuilder().End()));
        var instance = new Linker(_engine).Instantiate(module, new InstanceOptions { Cancellation = cancellation.Token, Timeout = TimeSpan.FromSeconds(1) });

        instance.Dispose();
        cancellation.Cancel();
        _time.Advance(TimeSpan.FromSeconds(2));

        instance.Interruption.IsCancellationRequested.ShouldBeFalse();
    }

    private Task<Exception?> InstantiateEndlessStartAsync(InstanceOptions options)
    {
        var module = Module.Load(_engine, ModuleBuilder.Endless(isStart: true));
        return RunAsync(() => new Linker(_engine).Instantiate(module, options));
    }

    private Task<Exception?> RunAsync(Action action)
    {
        var ended = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _engine.StartThread("guest", () => ended.SetResult(Record.Exception(action)));
        return ended.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }
}
