using System.Diagnostics;
using System.Runtime.InteropServices;
using WasmLab.Wasm;

namespace WasmLab.Benchmarks;

/// <summary>What a child process of the comparison does with our engine. Prints nanoseconds of processor time, as the other peers do.</summary>
internal static partial class EngineRun
{
    // As long as v8.mjs: the runtime compiles the engine's own helpers again once they have proved to be used.
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(400);

    /// <summary>Runs a kernel until it is warm, and then so many times.</summary>
    public static int Kernel(string path, int runs, bool explicitChecks)
    {
        using var engine = new Engine(new EngineOptions { BoundsChecks = explicitChecks ? BoundsChecks.Explicit : BoundsChecks.Auto });
        using var instance = new Linker(engine).Instantiate(Module.Load(engine, File.ReadAllBytes(path)));
        var run = instance.GetFunction("run") ?? throw new InvalidOperationException($"{path} exports no function \"run\"");
        var result = new long[1];
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < WarmUp;)
        {
            run.Invoke([], result);
        }

        for (var i = 0; i < runs; i++)
        {
            var start = ProcessorTime();
            run.Invoke([], result);
            Console.WriteLine(ProcessorTime() - start);
        }

        Console.WriteLine($"checksum {(uint)result[0]}");
        return 0;
    }

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
            var start = ProcessorTime();
            var module = Module.Load(engine, bytes);
            var loaded = ProcessorTime();
            module.CompileAll();
            Console.WriteLine($"{loaded - start} {ProcessorTime() - loaded}");
        }

        return 0;
    }

    /// <summary>The processor time of this thread in nanoseconds.</summary>
    private static long ProcessorTime()
    {
        _ = GetTime(3, out var time);
        return (time.Seconds * 1_000_000_000) + time.Nanoseconds;
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out TimeSpecification time);

    private readonly record struct TimeSpecification(long Seconds, long Nanoseconds);
}
