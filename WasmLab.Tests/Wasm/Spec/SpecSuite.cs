using System.Collections.Concurrent;
using System.Diagnostics;
using WasmLab.Wasm;

namespace WasmLab.Tests.Wasm.Spec;

/// <summary>
/// The official test suite: the <c>.wast</c> files of <c>test/core</c> at tag v2.0.0, found in the folder that the environment variable
/// WASM_SPEC_TESTS names, or else in <c>shared/spec-tests</c> beside a folder above the tests. Debian's <c>wabt</c> converts them.
/// </summary>
internal static class SpecSuite
{
    public const string Converter = "wast2json";

    // Auto is guard pages wherever the engine can use them.
    private static readonly BoundsChecks[] BoundsChecking = [BoundsChecks.Auto, BoundsChecks.Explicit];

    // 0 divides functions only when they are too large; the other one divides most of those with several statements, into parts of a few instructions.
    private static readonly double[] PartSizes = [0, 0.0005];

    // A file is run once, whichever test asks first.
    private static readonly ConcurrentDictionary<string, Task<SpecRun>> Runs = new();

    private static readonly Lazy<Version> LazyConverterVersion = new(() =>
    {
        using var process = Process.Start(new ProcessStartInfo(Converter, ["--version"]) { RedirectStandardOutput = true })!;
        return Version.Parse(process.StandardOutput.ReadToEnd().Trim());
    });

    public static string? Folder { get; } = FindFolder();

    public static bool HasConverter { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, Converter)));

    public static Version ConverterVersion => LazyConverterVersion.Value;

    /// <summary>The files, as paths relative to the folder.</summary>
    public static IEnumerable<string> Files => Folder is null
        ? []
        : Directory.EnumerateFiles(Folder, "*.wast", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Folder, file).Replace('\\', '/'))
            .Order(StringComparer.Ordinal);

    /// <summary>Runs a file of the suite as WebAssembly 2.0, where much of what later versions allow is an error that is asserted.</summary>
    public static Task<SpecRun> RunAsync(string file) =>
        Runs.GetOrAdd(file, _ => RunAsync(file, Path.Combine(Folder!, file), WasmFeatures.None, []));

    /// <summary>Converts a file and runs it with each way of bounds checking, or with the given ones, and with functions whole and divided.</summary>
    public static Task<SpecRun> RunAsync(string name, string path, WasmFeatures features, IEnumerable<string> converterOptions, params BoundsChecks[] ways) =>
        RunAsync(path, converterOptions, script => (ways is [] ? BoundsChecking : ways)
            .SelectMany(checks => PartSizes.Select(size => new EngineOptions { Features = features, BoundsChecks = checks, PartSize = size }))
            .Select(options => SpecRunner.Run(name, script, options)));

    /// <summary>Converts a file and runs it with its modules compiled ahead of time.</summary>
    public static Task<SpecRun> RunPrecompiledAsync(string name, string path, WasmFeatures features, IEnumerable<string> converterOptions, CodeCache cache) =>
        RunAsync(path, converterOptions, script =>
        {
            var options = new EngineOptions { Features = features, CodeCaches = [cache] };
            Precompile(script, options, cache);
            return [SpecRunner.Run(name, script, options)];
        });

    private static void Precompile(string script, EngineOptions options, CodeCache cache)
    {
        var precompiler = Precompiler.Find()!;
        using var engine = new Engine(options);
        Parallel.ForEach(SpecScript.Read(script).Commands.Where(command => command is { Type: "module", ModuleType: not "text" }), command =>
        {
            var module = Module.Load(engine, File.ReadAllBytes(Path.Combine(Path.GetDirectoryName(script)!, command.Filename!)));
            if (!module.IsPrecompiled)
            {
                precompiler.Compile(module, cache);
            }
        });
    }

    private static async Task<SpecRun> RunAsync(string path, IEnumerable<string> converterOptions, Func<string, IEnumerable<SpecResult>> run)
    {
        var output = Directory.CreateTempSubdirectory("wasm-spec-");
        try
        {
            var script = Path.Combine(output.FullName, "script.json");
            var error = await ConvertAsync([.. converterOptions, path, "-o", script]);
            if (error is not null)
            {
                return new SpecRun(null, error);
            }

            var results = run(script).ToList();
            return new SpecRun(results[0] with { Failures = [.. results.SelectMany(result => result.Failures)] }, null);
        }
        finally
        {
            output.Delete(recursive: true);
        }
    }

    private static async Task<string?> ConvertAsync(string[] arguments)
    {
        var start = new ProcessStartInfo(Converter, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var standardOutput = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await standardOutput;
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? null : error;
    }

    private static string? FindFolder()
    {
        if (Environment.GetEnvironmentVariable("WASM_SPEC_TESTS") is { Length: > 0 } configured)
        {
            return Directory.Exists(configured) ? Path.GetFullPath(configured) : null;
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", "spec-tests");
            if (Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        return null;
    }
}

/// <summary>A file's result, or the converter's complaint.</summary>
internal sealed record SpecRun(SpecResult? Result, string? ConversionError);
