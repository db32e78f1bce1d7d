using System.Diagnostics;
using WasmLab.Wasm;

namespace WasmLab.Benchmarks;

/// <summary>How long our engine takes for a module before anything of it runs.</summary>
internal static class ModuleLoading
{
    /// <summary>Loads a module, which decodes and validates it, and prints the elapsed nanoseconds, the first of them cold.</summary>
    public static int Load(string path)
    {
        var bytes = File.ReadAllBytes(path);
        for (var i = 0; i < 5; i++)
        {
            using var engine = new Engine();
            var start = Stopwatch.GetTimestamp();
            Module.Load(engine, bytes);
            Console.WriteLine(Stopwatch.GetElapsedTime(start).TotalNanoseconds);
        }

        return 0;
    }

    /// <summary>Loads a module and compiles every function of it, as a measure of compile speed: the processor time of both.</summary>
    public static int Compile(string path)
    {
        var bytes = File.ReadAllBytes(path);
        for (var i = 0; i < 3; i++)
        {
            using var engine = new Engine();
            var start = KernelRun.ProcessorTime();
            var module = Module.Load(engine, bytes);
            var loaded = KernelRun.ProcessorTime();
            module.CompileAll();
            Console.WriteLine($"{loaded - start} {KernelRun.ProcessorTime() - loaded}");
        }

        return 0;
    }
}
