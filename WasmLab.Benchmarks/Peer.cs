using System.Diagnostics;
using System.Globalization;

namespace WasmLab.Benchmarks;

/// <summary>Something that runs kernels in a process of its own.</summary>
internal sealed record Peer(string Name, Func<Kernel, bool> IsAvailable, Func<Kernel, int, (string Program, string[] Arguments)> Start)
{
    public const string Gcc = "gcc";
    public const string Clang = "clang";
    public const string Ours = "WasmLab";

    private static readonly string Self = Environment.ProcessPath!;
    private static readonly string Assembly = typeof(Peer).Assembly.Location;

    public static IReadOnlyList<Peer> All { get; } =
    [
        Native(Gcc),
        Native(Clang),
        new(Ours, _ => true, (kernel, runs) => Child(kernel, runs)),
        new("WasmLab-checks", _ => true, (kernel, runs) => Child(kernel, runs, "explicit")),
        new("V8", _ => Command.IsInstalled("node"), (kernel, runs) => ("node", [Path.Combine(Kernel.Sources, "v8.mjs"), kernel.Wasm, Text(runs)])),
        new("Wasmtime", _ => true, (kernel, runs) => Child(kernel, runs, "wasmtime")),
        Native("wasm2c-guard"),
        Native("wasm2c-checks"),
    ];

    /// <summary>Runs a kernel. Returns the processor time of each run in nanoseconds, and the checksum.</summary>
    public async Task<(IReadOnlyList<double> Times, string Checksum)> RunAsync(Kernel kernel, int runs)
    {
        var (program, arguments) = Start(kernel, runs);
        var lines = (await Command.RunAsync(program, arguments)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return ([.. lines[..^1].Select(line => double.Parse(line, CultureInfo.InvariantCulture))], lines[^1]);
    }

    /// <summary>wabt's interpreter runs a kernel once. Returns the elapsed time in nanoseconds: it is so long that the start does not matter.</summary>
    public static async Task<double> InterpretAsync(Kernel kernel)
    {
        var start = Stopwatch.GetTimestamp();
        await Command.RunAsync("wasm-interp", kernel.Wasm, "--run-all-exports");
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds;
    }

    private static Peer Native(string name) => new(name, kernel => File.Exists(kernel.Program(name)), (kernel, runs) => (kernel.Program(name), [Text(runs)]));

    private static (string Program, string[] Arguments) Child(Kernel kernel, int runs, params string[] more)
    {
        string[] arguments = ["kernel", kernel.Wasm, Text(runs), .. more];
        return Path.GetFileNameWithoutExtension(Self) == "dotnet" ? (Self, [Assembly, .. arguments]) : (Self, arguments);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
