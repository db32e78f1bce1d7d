using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using WasmLab.Shim.Running;
using WasmLab.Wasm;

namespace WasmLab.Shim.CommandLine;

/// <summary><c>wasmlab-shim compile</c>: fills a cache of compiled code.</summary>
internal sealed class CompileCommand
{
    private const string NoCompiler = "there is no compiler: build the program with the .NET SDK and without -p:Precompile=false, "
        + "or name one with --compiler (crossgen2 of the NuGet package Microsoft.NETCore.App.Crossgen2)";

    private readonly Argument<string> _file = new("FILE") { Description = "The module." };

    private readonly Option<string?> _directory = CacheOption.Create();

    private readonly Option<string?> _programDirectory = new("--program-cache")
    {
        Description = "A directory that is trusted like a program, for every user who runs it, such as \"precompiled\" beside this one; instead of --cache.",
    };

    private readonly Option<string?> _compiler = new("--compiler") { Description = "The program crossgen2. Default: the one that this program was built with." };

    private readonly Option<bool> _fuel = new("--fuel") { Description = "Compile it for runs with --fuel." };

    public Command Build()
    {
        var command = new Command("compile", "Compiles a module ahead of time, so that \"run\" and \"serve\" start it without compiling.")
        {
            _file,
            _directory,
            _programDirectory,
            _compiler,
            _fuel,
        };
        command.SetAction(Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        var file = parsed.GetValue(_file)!;
        var cache = (parsed.GetValue(_directory), parsed.GetValue(_programDirectory)) switch
        {
            (not null, not null) => throw new RunException("--cache and --program-cache are two kinds of cache: give one of them"),
            (_, { } directory) => CodeCache.ForProgram(directory),
            var (directory, _) => CodeCache.ForUser(directory),
        };
        using var engine = new Engine(new EngineOptions { CodeCaches = [cache], CountFuel = parsed.GetValue(_fuel) });
        var module = Module.Load(engine, File.ReadAllBytes(file));
        if (module.IsPrecompiled)
        {
            Console.Out.WriteLine($"{file}: is compiled already, in {cache.Directory}");
            return ExitCodes.Success;
        }

        var precompiler = parsed.GetValue(_compiler) is { } compiler ? new Precompiler(compiler) : Precompiler.Find();
        if (precompiler is null)
        {
            return ShimCommand.Fail(NoCompiler, ExitCodes.CannotRun);
        }

        using var interruption = new CancellationTokenSource();
        Console.CancelKeyPress += (_, press) =>
        {
            press.Cancel = true;
            interruption.Cancel();
        };
        try
        {
            var started = Stopwatch.GetTimestamp();
            var compiled = CompileShowingProgress(file, progress => precompiler.Compile(module, cache, progress, interruption.Token));
            Console.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{file}: {compiled.CompiledFunctions} of {compiled.Functions} functions compiled in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s, {compiled.Size / 1024:N0} KiB: {compiled.Path}"));
            return ExitCodes.Success;
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Interrupted;
        }
    }

    private static PrecompiledModule CompileShowingProgress(string file, Func<IProgress<double>, PrecompiledModule> compile)
    {
        using var progress = new ProgressLine(file);
        return compile(progress);
    }

    /// <summary>How far it is, in one line of a terminal that is written again and again.</summary>
    private sealed class ProgressLine(string file) : IProgress<double>, IDisposable
    {
        private int _shown = -1;

        public void Report(double value)
        {
            var percent = (int)(value * 100);
            if (!Console.IsErrorRedirected && percent > _shown)
            {
                _shown = percent;
                Console.Error.Write($"\r{file}: compiling, {percent}%");
            }
        }

        public void Dispose()
        {
            if (_shown >= 0)
            {
                Console.Error.Write("\r\u001b[K");
            }
        }
    }
}
