using System.Diagnostics;
using System.Runtime.InteropServices;

namespace WasmLab.Benchmarks;

/// <summary>What a child process of the comparison does with a kernel. Prints nanoseconds of processor time, as the other peers do.</summary>
internal static partial class KernelRun
{
    // As long as v8.mjs: the runtime compiles the engine's own helpers again once they have proved to be used.
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(400);

    /// <summary>Runs a kernel in our engine.</summary>
    public static int WithWasmLab(string path, int runs, bool explicitChecks)
    {
        using var engine = new Wasm.Engine(new Wasm.EngineOptions { BoundsChecks = explicitChecks ? Wasm.BoundsChecks.Explicit : Wasm.BoundsChecks.Auto });
        using var instance = new Wasm.Linker(engine).Instantiate(Wasm.Module.Load(engine, File.ReadAllBytes(path)));
        var run = instance.GetFunction<Func<int>>("run") ?? throw NoRun(path);
        Measure(run, runs);
        return 0;
    }

    /// <summary>Runs a kernel in Wasmtime, by its .NET package.</summary>
    public static int WithWasmtime(string path, int runs)
    {
        using var engine = new Wasmtime.Engine();
        using var module = Wasmtime.Module.FromFile(engine, path);
        using var linker = new Wasmtime.Linker(engine);
        using var store = new Wasmtime.Store(engine);
        var run = linker.Instantiate(store, module).GetFunction<int>("run") ?? throw NoRun(path);
        Measure(run, runs);
        return 0;
    }

    /// <summary>The processor time of this thread in nanoseconds.</summary>
    public static long ProcessorTime()
    {
        _ = GetTime(3, out var time);
        return (time.Seconds * 1_000_000_000) + time.Nanoseconds;
    }

    /// <summary>Runs a kernel until it is warm, and then so many times.</summary>
    private static void Measure(Func<int> run, int runs)
    {
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < WarmUp;)
        {
            run();
        }

        var checksum = 0;
        for (var i = 0; i < runs; i++)
        {
            var start = ProcessorTime();
            checksum = run();
            Console.WriteLine(ProcessorTime() - start);
        }

        Console.WriteLine($"checksum {(uint)checksum}");
    }

    private static InvalidOperationException NoRun(string path) => new($"{path} exports no function \"run\"");

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out TimeSpecification time);

    private readonly record struct TimeSpecification(long Seconds, long Nanoseconds);
}
