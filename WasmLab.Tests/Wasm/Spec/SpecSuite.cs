using System.Diagnostics;

namespace WasmLab.Tests.Wasm.Spec;

/// <summary>
/// The official test suite: the <c>.wast</c> files of <c>test/core</c> at tag v2.0.0, found in the folder that the environment variable
/// WASM_SPEC_TESTS names, or else in <c>shared/spec-tests</c> beside a folder above the tests. Debian's <c>wabt</c> converts them.
/// </summary>
internal static class SpecSuite
{
    public const string Converter = "wast2json";

    /// <summary>What is left out as a whole, and why. This list may only shrink.</summary>
    public static readonly IReadOnlyDictionary<string, string> NotYetSupported = new Dictionary<string, string>
    {
        ["simd/"] = "fixed-width SIMD is not supported yet",
    };

    public static string? Folder { get; } = FindFolder();

    public static bool HasConverter { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, Converter)));

    /// <summary>The files to run, as paths relative to the folder.</summary>
    public static IEnumerable<string> Files => AllFiles.Where(file => ReasonToLeaveOut(file) is null);

    public static IEnumerable<string> AllFiles => Folder is null
        ? []
        : Directory.EnumerateFiles(Folder, "*.wast", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Folder, file).Replace('\\', '/'))
            .Order(StringComparer.Ordinal);

    public static string? ReasonToLeaveOut(string file) =>
        NotYetSupported.FirstOrDefault(entry => file.StartsWith(entry.Key, StringComparison.Ordinal)).Value;

    /// <summary>Converts a file. Returns the script's path, or the converter's complaint.</summary>
    public static async Task<(string? Script, string? Error)> ConvertAsync(string file, string output, CancellationToken cancellation)
    {
        var script = Path.Combine(output, "script.json");
        var start = new ProcessStartInfo(Converter, [Path.Combine(Folder!, file), "-o", script])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var standardOutput = process.StandardOutput.ReadToEndAsync(cancellation);
        var error = await process.StandardError.ReadToEndAsync(cancellation);
        await standardOutput;
        await process.WaitForExitAsync(cancellation);
        return process.ExitCode == 0 ? (script, null) : (null, error);
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
