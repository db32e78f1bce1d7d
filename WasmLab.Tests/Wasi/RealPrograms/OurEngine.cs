using System.Text;
using WasmLab.Wasm;
using WasmLab.Wasm.Wasi;

namespace WasmLab.Tests.Wasi.RealPrograms;

/// <summary>Runs a module in this process, with the stack that a program expects.</summary>
internal static class OurEngine
{
    /// <summary>Runs a WASI command with one directory as the guest's root.</summary>
    /// <param name="module">The module's path.</param>
    /// <param name="directory">The directory.</param>
    /// <param name="arguments">The program's arguments.</param>
    /// <param name="input">What it reads.</param>
    /// <param name="cache">Where its code is kept when it is to be compiled ahead of time.</param>
    public static Task<ProgramOutcome> RunAsync(string module, string directory, IEnumerable<string> arguments, string input = "", CodeCache? cache = null) =>
        RunAsync(
            module,
            new WasiConfiguration
            {
                Arguments = ["program", .. arguments],
                Preopens = [new WasiPreopen("/", directory)],
                StandardInput = new WasiStream(new MemoryStream(Encoding.UTF8.GetBytes(input))),
            },
            (_, _) => { },
            instance => { instance.GetFunction("_start")!.Invoke(); return 0; },
            cache);

    /// <summary>Runs a module whose host does more than WASI.</summary>
    public static Task<ProgramOutcome> RunAsync(
        string module, WasiConfiguration configuration, Action<Linker, Engine> link, Func<Instance, int> run, CodeCache? cache = null)
    {
        var completion = new TaskCompletionSource<ProgramOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        var engine = new Engine(new EngineOptions { CodeCaches = cache is null ? [] : [cache] });
        engine.StartThread("program", () =>
        {
            try
            {
                completion.SetResult(Run(engine, Load(engine, module, cache), configuration, link, run));
            }
            catch (Exception e)
            {
                completion.SetException(e);
            }
            finally
            {
                engine.Dispose();
            }
        });
        return completion.Task;
    }

    private static Module Load(Engine engine, string path, CodeCache? cache)
    {
        var wasm = File.ReadAllBytes(path);
        var module = Module.Load(engine, wasm);
        if (cache is null)
        {
            return module;
        }

        Precompiler.Find()!.Compile(module, cache);
        module = Module.Load(engine, wasm);
        module.IsPrecompiled.ShouldBeTrue();
        return module;
    }

    private static ProgramOutcome Run(Engine engine, Module module, WasiConfiguration configuration, Action<Linker, Engine> link, Func<Instance, int> run)
    {
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        using var context = new WasiContext(configuration with { StandardOutput = new WasiStream(output), StandardError = new WasiStream(error) });
        var linker = new Linker(engine);
        link(linker, engine);
        context.AddTo(linker);
        using var instance = linker.Instantiate(module);
        int code;
        try
        {
            code = run(instance);
        }
        catch (WasiExitException exit)
        {
            code = (int)exit.Code;
        }

        return new ProgramOutcome(code, output.ToArray(), Encoding.UTF8.GetString(error.ToArray()));
    }
}
