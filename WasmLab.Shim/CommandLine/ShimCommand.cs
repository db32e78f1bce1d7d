using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text;
using WasmLab.Shim.Compilation;
using WasmLab.Shim.Inspection;
using WasmLab.Shim.Running;
using WasmLab.Shim.Serving;
using WasmLab.Wasm;

namespace WasmLab.Shim.CommandLine;

/// <summary>The program's commands, and what each does.</summary>
internal static class ShimCommand
{
    public static int Invoke(string[] arguments)
    {
        var parsed = Build().Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            return Fail(parsed.Errors[0].Message, ExitCodes.Usage);
        }

        try
        {
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (RunException e)
        {
            return Fail(e.Message, ExitCodes.Usage);
        }
        catch (Exception e)
        {
            return Fail(FailureText.Of(e), ExitCodes.CannotRun);
        }
    }

    private static RootCommand Build()
    {
        var root = new RootCommand("Runs WebAssembly modules: one as this process, or many for a node.");
        root.Add(BuildRun());
        root.Add(BuildServe());
        root.Add(BuildForFile("validate", "Tells whether a file is a valid module.", Validate));
        root.Add(BuildInspect());
        root.Add(new CompileCommand().Build());
        return root;
    }

    private static Command BuildRun()
    {
        var command = new Command("run", "Runs a module; its exit code becomes this program's. "
            + "134 is a trap, 124 a time that is over, 143 SIGTERM, 130 SIGINT, 1 a module that cannot be run, 2 a wrong command line.");
        var syntax = new RunSyntax();
        syntax.AddTo(command);
        command.SetAction(parsed =>
        {
            using var output = new StreamWriter(StandardStreams.Output().Stream, new UTF8Encoding(false)) { AutoFlush = true };
            return ForegroundRun.Run(syntax.Read(parsed), output, Console.Error);
        });
        return command;
    }

    private static Command BuildServe()
    {
        var command = new Command("serve", "Holds many instances: requests on standard input, events on standard output, JSON lines. "
            + "The end of standard input ends them all.");
        var cache = CacheOption.Create();
        command.Add(cache);
        command.SetAction(parsed =>
        {
            var directory = parsed.GetValue(cache);
            using var engine = new Engine(new EngineOptions { CodeCaches = ShimCaches.All(directory) });
            using var later = Precompiler.Find() is { } precompiler
                ? new BackgroundPrecompiler(precompiler, CodeCache.ForUser(directory), TimeProvider.System, warning => Console.Error.WriteLine($"wasmlab-shim: {warning}"))
                : null;
            var server = new ShimServer(engine, new EventWriter(StandardStreams.Output().Stream), TimeProvider.System, (path, module) => later?.Add(path, module));
            using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
            {
                context.Cancel = true;
                server.StopAll();
                later?.Dispose();
                Environment.Exit(ExitCodes.Success);
            });

            // A terminal's Ctrl-C reaches the whole group; when to end is the parent's decision, who closes standard input.
            using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
            using var input = new StreamReader(StandardStreams.Input().Stream, Encoding.UTF8);
            server.Serve(input);
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command BuildForFile(string name, string description, Func<string, int> act)
    {
        var command = new Command(name, description);
        var file = new Argument<string>("FILE") { Description = "The module." };
        command.Add(file);
        command.SetAction(parsed => act(parsed.GetValue(file)!));
        return command;
    }

    private static int Validate(string file)
    {
        using var engine = new Engine();
        try
        {
            Module.Load(engine, File.ReadAllBytes(file));
        }
        catch (ModuleException e)
        {
            return Fail($"{file}: {FailureText.Of(e)}", ExitCodes.CannotRun);
        }

        Console.Out.WriteLine($"{file}: valid");
        return ExitCodes.Success;
    }

    private static Command BuildInspect()
    {
        var command = new Command("inspect", "Shows a module's sections, imports, exports, limits and features, and what a node needs to run it.");
        var file = new Argument<string>("FILE") { Description = "The module." };
        var json = new Option<bool>("--json") { Description = "Write JSON." };
        command.Add(file);
        command.Add(json);
        command.SetAction(parsed => Inspect(parsed.GetValue(file)!, parsed.GetValue(json)));
        return command;
    }

    private static int Inspect(string file, bool json)
    {
        using var engine = new Engine();
        var report = ModuleReport.Of(file, File.ReadAllBytes(file), engine);
        if (json)
        {
            JsonReport.Write(report, Console.Out);
        }
        else
        {
            TextReport.Write(report, Console.Out);
        }

        return report.Error is { } error ? Fail($"{file}: bad module: {error}", ExitCodes.CannotRun) : ExitCodes.Success;
    }

    /// <summary>Tells what failed, and returns the exit code.</summary>
    public static int Fail(string message, int code)
    {
        Console.Error.WriteLine($"wasmlab-shim: {message}");
        return code;
    }
}
