using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using WasmLab.Tests.Support;
using WasmLab.Wasm;
using WasmLab.Wasm.Binary;
using ValueType = WasmLab.Wasm.ValueType;

namespace WasmLab.Tests.Wasm;

/// <summary>The examples of WasmLab.Wasm/README.md, word for word.</summary>
[Trait(Category.Name, Category.Unit)]
public sealed partial class ExampleTests
{
    [Fact]
    public void CallAFunction()
    {
        var wasm = ModuleThat(build => build.Function("add", build.Type([ValueType.I32, ValueType.I32], [ValueType.I32]), new CodeBuilder().Get(0).Get(1).Op(Opcode.I32Add).End()));
        using var engine = new Engine();
        var module = Module.Load(engine, wasm);
        using var instance = new Linker(engine).Instantiate(module);

        var add = instance.GetFunction<Func<int, int, int>>("add")!;
        Console.WriteLine(add(1, 2));

        add(1, 2).ShouldBe(3);
    }

    [Fact]
    public void StartWithoutCompiling()
    {
        using var temporary = new TemporaryDirectory();
        var directory = temporary["code"];
        var wasm = ModuleThat(build => build.Function("add", build.Type([ValueType.I32, ValueType.I32], [ValueType.I32]), new CodeBuilder().Get(0).Get(1).Op(Opcode.I32Add).End()));
        var cache = CodeCache.ForUser(directory);
        using var engine = new Engine(new EngineOptions { CodeCaches = [cache] });
        var module = Module.Load(engine, wasm);
        if (!module.IsPrecompiled)
        {
            Precompiler.Find()?.Compile(module, cache); // for the next process
        }

        Module.Load(engine, wasm).IsPrecompiled.ShouldBe(Precompiler.Find() is not null);
    }

    [Fact]
    public void GiveAModuleFunctionsOfTheHost()
    {
        using var engine = new Engine();
        using var output = new StringWriter();
        var module = Module.Load(engine, ModuleThat(build =>
        {
            build.Memory(1, 1).Export("memory", 2, 0).Data(16, "hello"u8.ToArray());
            var now = build.ImportFunction("host", "now", build.Type([], [ValueType.I64]));
            var print = build.ImportFunction("host", "print", build.Type([ValueType.I32, ValueType.I32], []));
            build.Function("run", build.Type([], []), new CodeBuilder().Call(now).Op(Opcode.Drop).Const(16).Const(5).Call(print).End());
        }));
        var linker = new Linker(engine)
            .Define("host", "now", () => Environment.TickCount64)
            .Define("host", "print", (Instance caller, uint address, uint length) =>
                output.WriteLine(caller.GetMemory("memory")!.ReadString(address, length)));
        using var instance = linker.Instantiate(module);

        instance.GetFunction<Action>("run")!();

        output.ToString().Trim().ShouldBe("hello");
    }

    [Fact]
    public void ReadAndWriteItsMemory()
    {
        using var engine = new Engine();
        using var instance = new Linker(engine).Instantiate(Module.Load(engine, ModuleThat(build => build.Memory(1, 1).Export("memory", 2, 0))));
        var memory = instance.GetMemory("memory")!;
        memory.WriteUInt32(16, 42);
        Span<byte> bytes = memory.GetSpan(address: 16, length: 4);
        bytes.Reverse();

        memory.ReadUInt32(16).ShouldBe(42u << 24);
    }

    [Fact]
    public void SetLimits()
    {
        var wasm = ModuleBuilder.Endless(isStart: false);
        using var engine = new Engine(new EngineOptions { MaxMemoryPages = 256, CountFuel = true });
        using var cancellation = new CancellationTokenSource();
        using var instance = new Linker(engine).Instantiate(Module.Load(engine, wasm), new InstanceOptions
        {
            Fuel = 1_000_000,
            Timeout = TimeSpan.FromSeconds(10),
            Cancellation = cancellation.Token,
        });
        try
        {
            instance.GetFunction("run")!.Invoke();
        }
        catch (TrapException trap) when (trap.Kind is TrapKind.OutOfFuel or TrapKind.Interrupted)
        {
            Console.WriteLine(trap.Message);
        }

        instance.Fuel.ShouldBe(0);
    }

    [Fact]
    public void EveryExampleOfTheReadme_StandsHere()
    {
        var source = Squeeze(File.ReadAllText(ThisFile()));
        var readme = File.ReadAllText(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", "WasmLab.Wasm", "README.md"));
        var examples = CodeBlock().Matches(readme).Select(match => Squeeze(match.Groups[1].Value)).ToList();

        examples.Count.ShouldBe(5);
        examples.ShouldAllBe(example => source.Contains(example, StringComparison.Ordinal));
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;

    private static string Squeeze(string text) => Space().Replace(text, " ").Trim();

    private static byte[] ModuleThat(Action<ModuleBuilder> build)
    {
        var module = new ModuleBuilder();
        build(module);
        return module.Build();
    }

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
