using WasmLab.Wasm;
using ValueType = WasmLab.Wasm.ValueType;

namespace WasmLab.Tests.Wasm.Spec;

/// <summary>What running one script came to.</summary>
internal sealed record SpecResult(int Passed, int NotApplicable, IReadOnlyList<string> Failures);

/// <summary>Runs the commands of one script, in order.</summary>
internal sealed class SpecRunner
{
    private readonly Engine _engine;
    private readonly Linker _linker;
    private readonly Dictionary<string, Instance> _instances = [];
    private readonly List<string> _failures = [];
    private readonly string _file;
    private readonly string _folder;
    private Instance? _last;
    private int _passed;
    private int _notApplicable;

    private SpecRunner(Engine engine, string file, string folder)
    {
        (_engine, _file, _folder) = (engine, file, folder);
        _linker = new Linker(engine);
        DefineSpecTest();
    }

    public static SpecResult Run(Engine engine, string file, string script)
    {
        var runner = new SpecRunner(engine, file, Path.GetDirectoryName(script)!);
        foreach (var command in SpecScript.Read(script).Commands)
        {
            runner.Run(command);
        }

        return new SpecResult(runner._passed, runner._notApplicable, runner._failures);
    }

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
            // The text format is the converter's business, not the engine's.
            _notApplicable++;
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
        _last = _linker.Instantiate(Load(command));
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
            return [instance.GetSlot(global.Type.Value, global.Value)];
        }

        var function = instance.GetFunction(action.Field)!;
        var arguments = action.Args!.Select(argument => SpecValues.ToSlot(instance, argument)).ToArray();
        var results = new long[function.Type.Results.Count];
        function.Invoke(arguments, results);
        return results;
    }

    private string? AssertReturn(SpecCommand command)
    {
        var instance = Find(command.Action!.Module);
        var results = Act(command.Action);
        if (results.Length != command.Expected!.Count)
        {
            return $"expected {command.Expected.Count} results, got {results.Length}";
        }

        return results.Select((result, i) => SpecValues.Difference(instance, command.Expected[i], result)).FirstOrDefault(difference => difference is not null);
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
            return refusal.Kind == kind ? null : $"expected {kind} \"{command.Text}\", got {refusal.Kind} \"{refusal.Message}\"";
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
