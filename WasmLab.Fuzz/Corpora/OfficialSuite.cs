using System.Diagnostics;
using System.Text.Json;

namespace WasmLab.Fuzz.Corpora;

/// <summary>The modules of the official test suite, out of its <c>.wast</c> files, by wabt's <c>wast2json</c>.</summary>
internal static class OfficialSuite
{
    public const string Converter = "wast2json";

    /// <summary>Converts every file below a folder into another. A file that the converter does not know is left out.</summary>
    /// <returns>How many files were converted.</returns>
    public static int Convert(string suite, string output)
    {
        Directory.CreateDirectory(output);
        var converted = 0;
        foreach (var file in Directory.EnumerateFiles(suite, "*.wast", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var name = Path.GetRelativePath(suite, file).Replace(Path.DirectorySeparatorChar, '-');
            string[] arguments = [file, "--enable-all", "-o", Path.Combine(output, Path.ChangeExtension(name, ".json"))];
            using var process = Process.Start(new ProcessStartInfo(Converter, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode == 0)
            {
                converted++;
                DeleteBroken(arguments[^1]);
            }
        }

        return converted;
    }

    // Of a module that is broken already, nearly everything that can be made is broken in the same way.
    private static void DeleteBroken(string script)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(script));
        foreach (var command in document.RootElement.GetProperty("commands").EnumerateArray())
        {
            if (command.GetProperty("type").GetString() is "assert_malformed" or "assert_invalid")
            {
                File.Delete(Path.Combine(Path.GetDirectoryName(script)!, command.GetProperty("filename").GetString()!));
            }
        }
    }
}
