using System.Diagnostics;
using WasmLab.Shim.Running;
using WasmLab.Tests.Support;
using WasmLab.Tests.Wasi;
using WasmLab.Wasm;
using WasmLab.Wasm.Wasi;

namespace WasmLab.Tests.Shim;

/// <summary>However a module ends, the outcome says so; nothing is thrown.</summary>
[Trait(Category.Name, Category.Unit)]
public sealed class ModuleRunTests
{
    private static readonly WasiConfiguration Nothing = new();

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(255)]
    public void Run_ProcExit_IsItsCode(int code)
    {
        var module = new GuestModule().Import("proc_exit", "i:").Function("_start", ":", [.. GuestModule.Constant(code), .. GuestModule.Call(0)]);

        Run(module).ShouldBe(new RunOutcome(code));
    }

    [Fact]
    public void Run_StartReturns_IsZero() =>
        Run(new GuestModule().Function("_start", ":")).ShouldBe(new RunOutcome(0));

    [Fact]
    public void Run_Trap_IsToldAs134() =>
        Run(new GuestModule().Function("_start", ":", GuestModule.Unreachable)).ShouldBe(new RunOutcome(134, "trap: unreachable"));

    [Fact]
    public void Run_EndlessRecursion_IsATrap()
    {
        var outcome = Run(new GuestModule().Function("_start", ":", GuestModule.Call(0)));

        outcome.ExitCode.ShouldBe(134);
        outcome.Reason.ShouldBe("trap: call stack exhausted");
    }

    [Fact]
    public void Run_MissingImport_IsNamed()
    {
        var outcome = Run(new GuestModule().Import("lookup", "i:i", module: "dns").Function("_start", ":"));

        outcome.ExitCode.ShouldBe(1);
        outcome.Reason!.ShouldContain("dns.lookup");
        outcome.Reason!.ShouldNotContain("\n");
    }

    [Fact]
    public void Run_ImportOfAnotherType_TellsBothTypes()
    {
        var outcome = Run(new GuestModule().Import("sock_accept", "iiiii:i").Function("_start", ":"));

        outcome.ExitCode.ShouldBe(1);
        outcome.Reason!.ShouldContain("sock_accept");
        outcome.Reason!.ShouldContain("[i32 i32] -> [i32] or [i32 i32 i32] -> [i32]");
    }

    [Fact]
    public void Run_TruncatedModule_SaysWhere()
    {
        var wasm = new GuestModule().Function("_start", ":").Build();

        var outcome = Run(wasm[..^3]);

        outcome.ExitCode.ShouldBe(1);
        outcome.Reason!.ShouldStartWith("bad module: ");
        outcome.Reason.ShouldContain("offset");
    }

    [Fact]
    public void Run_NoStart_SaysWhatToDo()
    {
        var outcome = Run(new GuestModule().Function("other", ":"));

        outcome.ExitCode.ShouldBe(1);
        outcome.Reason!.ShouldContain("--invoke");
    }

    [Fact]
    public void Run_MemoryOverTheLimit_IsRefused()
    {
        using var engine = new Engine(new EngineOptions { MaxMemoryPages = 4 });

        var outcome = Run(new GuestModule { Pages = 5 }.Function("_start", ":").Build(), engine);

        outcome.ExitCode.ShouldBe(1);
        outcome.Reason!.ShouldContain("memory");
    }

    [Fact]
    public void Run_PreopenThatDoesNotExist_IsNamed()
    {
        using var engine = new Engine();
        var configuration = new WasiConfiguration { Preopens = [new WasiPreopen("/data", "/no/such/directory")] };
        var wasm = new GuestModule().Function("_start", ":").Build();

        var outcome = new ModuleRun().Run(engine, () => Module.Load(engine, wasm), configuration, new StartEntry());

        outcome.ExitCode.ShouldBe(1);
        outcome.Reason!.ShouldContain("/no/such/directory");
    }

    [Theory]
    [InlineData("i:i", "7", "7")]
    [InlineData("i:i", "-1", "-1")]
    [InlineData("i:i", "4294967295", "-1")]
    [InlineData("l:l", "-9223372036854775808", "-9223372036854775808")]
    public void Invoke_WithNumbers_PrintsTheResult(string signature, string argument, string expected)
    {
        using var output = new StringWriter();

        RunInvoke(new GuestModule().Function("identity", signature, 0x20, 0), "identity", [argument], output).ExitCode.ShouldBe(0);

        output.ToString().Trim().ShouldBe(expected);
    }

    [Theory]
    [InlineData("missing", "1", "exports no function")]
    [InlineData("identity", "one", "is not a number")]
    [InlineData("identity", "4294967296", "is not a number")]
    [InlineData("identity", "1 2", "takes 1 arguments")]
    public void Invoke_Wrongly_SaysWhatIsWrong(string export, string arguments, string expected)
    {
        using var output = new StringWriter();

        var outcome = RunInvoke(new GuestModule().Function("identity", "i:i", 0x20, 0), export, arguments.Split(' '), output);

        outcome.ExitCode.ShouldBe(1);
        outcome.Reason!.ShouldContain(expected);
        output.ToString().ShouldBeEmpty();
    }

    [Fact]
    public async Task Stop_EndlessLoop_EndsItWithinMilliseconds()
    {
        using var engine = new Engine();
        var wasm = new GuestModule().Function("_start", ":", GuestModule.Forever()).Build();

        await StopsAsync(engine, wasm, new TaskCompletionSource());
    }

    [Fact]
    public async Task Stop_BeforeItStarted_NeverRuns()
    {
        using var engine = new Engine();
        var wasm = new GuestModule().Function("_start", ":", GuestModule.Forever()).Build();
        var run = new ModuleRun();
        run.Stop(new RunOutcome(137));

        var outcome = await Task.Run(() => run.Run(engine, () => Module.Load(engine, wasm), Nothing, new StartEntry()), TestContext.Current.CancellationToken);

        outcome.ShouldBe(new RunOutcome(137));
    }

    private static async Task StopsAsync(Engine engine, byte[] wasm, TaskCompletionSource started)
    {
        var run = new ModuleRun();
        var running = Task.Run(() => run.Run(engine, () => Module.Load(engine, wasm), Nothing, new StartEntry(), started.SetResult), TestContext.Current.CancellationToken);
        await started.Task;
        var watch = Stopwatch.StartNew();

        run.Stop(new RunOutcome(143));

        (await running).ShouldBe(new RunOutcome(143));
        watch.ElapsedMilliseconds.ShouldBeLessThan(2000);
    }

    private static RunOutcome Run(GuestModule module) => Run(module.Build());

    private static RunOutcome Run(byte[] wasm, Engine? given = null)
    {
        using var engine = given ?? new Engine();
        return new ModuleRun().Run(engine, () => Module.Load(engine, wasm), Nothing, new StartEntry());
    }

    private static RunOutcome RunInvoke(GuestModule module, string export, IReadOnlyList<string> arguments, TextWriter output)
    {
        using var engine = new Engine();
        var wasm = module.Build();
        return new ModuleRun().Run(engine, () => Module.Load(engine, wasm), Nothing, new InvokeEntry(export, arguments, output));
    }
}
