using System.Runtime.Intrinsics;
using WasmLab.Wasm;
using ValueType = WasmLab.Wasm.ValueType;

namespace WasmLab.Tests.Wasm.Spec;

/// <summary>What running one script came to. What is not applicable is about the text format, which the converter reads, not the engine.</summary>
internal sealed record SpecResult(int Passed, IReadOnlyList<string> NotApplicable, IReadOnlyList<string> Failures);

/// <summary>Runs the commands of one script, in order.</summary>
internal sealed class SpecRunner : IDisposable
{
    private readonly Engine _engine;
    private readonly Linker _linker;
    private readonly Dictionary<string, Instance> _instances = [];
    private readonly List<string> _failures = [];
    private readonly List<string> _notApplicable = [];
    private readonly string _file;
    private readonly string _folder;
    private readonly bool _isPrecompiled;
    private Instance? _last;
    private int _passed;

    private SpecRunner(string file, string folder, EngineOptions options)
    {
        (_file, _folder) = (file, folder);
        _engine = new Engine(options);
        _isPrecompiled = options.CodeCaches.Count > 0;
        _linker = new Linker(_engine);
        DefineSpecTest();
    }

    public static SpecResult Run(string file, string script, EngineOptions options)
    {
        using var runner = new SpecRunner(file, Path.GetDirectoryName(script)!, options);
        foreach (var command in SpecScript.Read(script).Commands)
        {
            runner.Run(command);
        }

        return new SpecResult(runner._passed, runner._notApplicable, runner._failures);
    }

    public void Dispose() => _engine.Dispose();

    private void DefineSpecTest()
    {
        void Print(string name, params ValueType[] parameters) =>
            _linker.Define("spectest", name, new FunctionType(parameters, []), (_, _, _) => { });

        Print("print");
        Print("print_i32", ValueType.I32);
        Print("print_i64", ValueType.I64);
        Print("print_f32", ValueType.F32);
        Print("print_f64", ValueType.F64);
        Print("print_i32_f32", ValueType.I32, ValueType.F32);
        Print("print_f64_f64", ValueType.F64, ValueType.F64);
        _linker.DefineGlobal("spectest", "global_i32", new Global(_engine, new GlobalType(ValueType.I32, false), 666));
        _linker.DefineGlobal("spectest", "global_i64", new Global(_engine, new GlobalType(ValueType.I64, false), 666L));
        _linker.DefineGlobal("spectest", "global_f32", new Global(_engine, new GlobalType(ValueType.F32, false), 666.6f));
        _linker.DefineGlobal("spectest", "global_f64", new Global(_engine, new GlobalType(ValueType.F64, false), 666.6));
        _linker.DefineTable("spectest", "table", new Table(_engine, new TableType(ValueType.FuncRef, new Limits(10, 20))));
        _linker.DefineMemory("spectest", "memory", new Memory(_engine, new MemoryType(new Limits(1, 2))));
    }

    private void Run(SpecCommand command)
    {
        if (command.ModuleType == "text")
        {
            _notApplicable.Add($"{_file}:{command.Line} {command.Type} \"{command.Text}\"");
            return;
        }

        try
        {
            var problem = Execute(command);
            if (problem is not null)
            {
                Fail(command, problem);
            }
            else if (command.Type.StartsWith("assert_", StringComparison.Ordinal))
            {
                _passed++;
            }
        }
        catch (Exception exception)
        {
            Fail(command, $"{exception.GetType().Name}: {exception.Message}");
        }
    }

    private void Fail(SpecCommand command, string problem) => _failures.Add($"{_file}:{command.Line} {command.Type} {problem}");

    private string? Execute(SpecCommand command) => command.Type switch
    {
        "module" => AddModule(command),
        "register" => Register(command),
        "action" => Act(command.Action!) is null ? "no result" : null,
        "assert_return" => AssertReturn(command),
        "assert_trap" => AssertTrap(command, () => Act(command.Action!)),
        "assert_exhaustion" => AssertTrap(command, () => Act(command.Action!)),
        "assert_uninstantiable" => AssertTrap(command, () => _linker.Instantiate(Load(command))),
        "assert_invalid" => AssertRefused(command, ModuleErrorKind.Invalid),
        "assert_malformed" => AssertRefused(command, ModuleErrorKind.Malformed),
        "assert_unlinkable" => AssertUnlinkable(command),
        _ => $"unknown command {command.Type}",
    };

    private Module Load(SpecCommand command) => Module.Load(_engine, File.ReadAllBytes(Path.Combine(_folder, command.Filename!)));

    private string? AddModule(SpecCommand command)
    {
        var module = Load(command);
        if (_isPrecompiled && !module.IsPrecompiled)
        {
            return "the module's code was not found in the cache";
        }

        _last = _linker.Instantiate(module);
        if (command.Name is { } name)
        {
            _instances[name] = _last;
        }

        return null;
    }

    private string? Register(SpecCommand command)
    {
        _linker.DefineInstance(command.RegisteredName!, Find(command.Name));
        return null;
    }

    private Instance Find(string? name) => name is null ? _last! : _instances[name];

    private long[] Act(SpecAction action)
    {
        var instance = Find(action.Module);
        if (action.Type == "get")
        {
            var global = instance.GetGlobal(action.Field)!;
            return global.Value is Vector128<byte> vector
                ? [vector.AsInt64()[0], vector.AsInt64()[1]]
                : [instance.GetSlot(global.Type.Value, global.Value)];
        }

        var function = instance.GetFunction(action.Field)!;
        var arguments = action.Args!.SelectMany(argument => SpecValues.ToSlots(instance, argument)).ToArray();
        var results = new long[function.Type.ResultSlots];
        function.Invoke(arguments, results);
        return results;
    }

    private string? AssertReturn(SpecCommand command)
    {
        var instance = Find(command.Action!.Module);
        var results = Act(command.Action);
        var at = 0;
        foreach (var expected in command.Expected!)
        {
            var size = expected.Type == "v128" ? 2 : 1;
            if (at + size > results.Length)
            {
                return $"expected {command.Expected.Count} results, got fewer";
            }

            if (SpecValues.Difference(instance, expected, results.AsSpan(at, size)) is { } difference)
            {
                return difference;
            }

            at += size;
        }

        return at == results.Length ? null : $"expected {command.Expected.Count} results, got more";
    }

    private static string? AssertTrap(SpecCommand command, Action act)
    {
        try
        {
            act();
            return "did not trap";
        }
        catch (TrapException trap)
        {
            return command.Text!.StartsWith(trap.Message, StringComparison.Ordinal) ? null : $"expected \"{command.Text}\", got \"{trap.Message}\"";
        }
    }

    private string? AssertRefused(SpecCommand command, ModuleErrorKind kind)
    {
        try
        {
            Load(command);
            return $"was accepted, expected \"{command.Text}\"";
        }
        catch (ModuleException refusal)
        {
            // What was an error in the version that the script is of may be a later one's feature, which is off.
            return refusal.Kind == kind || refusal.Kind == ModuleErrorKind.Unsupported ? null : $"expected {kind} \"{command.Text}\", got {refusal.Kind} \"{refusal.Message}\"";
        }
    }

    private string? AssertUnlinkable(SpecCommand command)
    {
        var module = Load(command);
        try
        {
            _linker.Instantiate(module);
            return "was linked";
        }
        catch (LinkException refusal)
        {
            return refusal.Message.StartsWith(command.Text!, StringComparison.Ordinal) ? null : $"expected \"{command.Text}\", got \"{refusal.Message}\"";
        }
    }
}
