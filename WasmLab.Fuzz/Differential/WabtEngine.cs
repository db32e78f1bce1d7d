using System.Text.RegularExpressions;

namespace WasmLab.Fuzz.Differential;

/// <summary>wabt's interpreter.</summary>
internal sealed partial class WabtEngine : IReferenceEngine
{
    private const string Program = "wasm-interp";

    public string Name => "wabt";

    // Version 1.0.32 gives now and then another result than V8 and this engine for vectors and tail calls.
    public bool IsComplete => false;

    public string? Missing => ExternalProgram.Exists(Program) ? null : $"{Program} is not installed: it is in Debian's package wabt";

    public async Task<IReadOnlyList<ModuleOutcome>> RunAsync(IReadOnlyList<string> modules, CancellationToken cancellation)
    {
        List<ModuleOutcome> outcomes = [];
        foreach (var module in modules)
        {
            var (output, error) = await ExternalProgram.RunAsync(Program, [module, "--run-all-exports"], cancellation);
            var lines = CallLine().Matches(output).Select(match => Describe(match.Groups[1].Value, match.Groups[2].Value)).ToList();
            outcomes.Add(lines.Count > 0 ? new ModuleOutcome(lines) : ModuleOutcome.Refused(error));
        }

        return outcomes;
    }

    // call0() => i32:5, i64:7    call1() => error: unreachable executed    call2() =>
    private static string Describe(string name, string result)
    {
        const string Error = "error: ";
        var text = result.StartsWith(Error, StringComparison.Ordinal)
            ? $" trap {TrapClass.Of(result[Error.Length..])}"
            : string.Concat(Value().Matches(result).Select(match => $" {match.Groups[1].Value}"));
        return $"{name}:{text}";
    }

    [GeneratedRegex(@"^(\w+)\(\) =>[ \t]*(.*)$", RegexOptions.Multiline)]
    private static partial Regex CallLine();

    [GeneratedRegex(@"i(?:32|64):(\d+)")]
    private static partial Regex Value();
}
