using System.CommandLine;
using WasmLab.Shim.Running;
using WasmLab.Wasm.Wasi;

namespace WasmLab.Shim.CommandLine;

/// <summary>The options that a run has under either name of the program.</summary>
internal sealed class RunSyntax
{
    private const string ReadOnlySuffix = ":readonly";
    private const string Nothing = "none";

    private readonly Argument<string> _module = new("MODULE") { Description = "The WebAssembly module to run." };

    private readonly Argument<string[]> _arguments = new("ARGS") { Description = "The module's arguments, after --.", Arity = ArgumentArity.ZeroOrMore };

    private readonly Option<string[]> _environment = new("--env") { Description = "A variable of the module's environment, NAME=VALUE." };

    private readonly Option<string[]> _directories = new("--dir")
    {
        Description = "A directory that the module may use, HOST:GUEST; with :readonly after it, only to read.",
    };

    private readonly Option<string[]> _mappedDirectories = new("--mapdir")
    {
        Description = "The same in the order of other runtimes, GUEST:HOST.",
    };

    private readonly Option<string[]> _binds = new("--allow-bind")
    {
        Description = "Where the module may listen, ADDRESS[/BITS][:PORT[-PORT]] or none. Without it and --allow-connect: everywhere.",
    };

    private readonly Option<string[]> _connects = new("--allow-connect")
    {
        Description = "What the module may connect to, in the same form.",
    };

    private readonly Option<string?> _cache = CacheOption.Create();

    private readonly Option<string?> _timeout = new("--timeout") { Description = "How long it may run, such as 500ms, 5s or 2m; then it ends with code 124." };

    private readonly Option<string?> _invoke = new("--invoke")
    {
        Description = "The exported function to call instead of _start. Its arguments are numbers; each result is printed on a line.",
    };

    private readonly Option<int?> _memoryPageLimit = new("--memory-page-limit", "--max-memory-pages") { Description = "The most pages (64 KiB) that a memory may have." };

    private readonly Option<long?> _fuel = new("--fuel") { Description = "How much it may do, about one unit an instruction; then it traps." };

    public void AddTo(Command command)
    {
        command.Add(_module);
        command.Add(_arguments);
        command.Add(_environment);
        command.Add(_directories);
        command.Add(_mappedDirectories);
        command.Add(_binds);
        command.Add(_connects);
        command.Add(_timeout);
        command.Add(_fuel);
        command.Add(_invoke);
        command.Add(_memoryPageLimit);
        command.Add(_cache);
    }

    /// <summary>What was asked for.</summary>
    /// <exception cref="RunException">A value does not have its form.</exception>
    public RunRequest Read(ParseResult parsed) => new()
    {
        Module = parsed.GetValue(_module)!,
        Arguments = parsed.GetValue(_arguments) ?? [],
        Environment = ParseEnvironment(parsed.GetValue(_environment) ?? []),
        Preopens =
        [
            .. (parsed.GetValue(_directories) ?? []).Select(ParseDirectory),
            .. (parsed.GetValue(_mappedDirectories) ?? []).Select(ParseMappedDirectory),
        ],
        Network = ParseNetwork(parsed.GetValue(_binds) ?? [], parsed.GetValue(_connects) ?? []),
        Timeout = parsed.GetValue(_timeout) is { } timeout ? Duration.Parse("--timeout", timeout) : null,
        Fuel = parsed.GetValue(_fuel) is { } fuel ? fuel >= 0 ? fuel : throw new RunException($"--fuel must be 0 or more, but is {fuel}") : null,
        Invoke = parsed.GetValue(_invoke),
        CacheDirectory = parsed.GetValue(_cache),
        MemoryPageLimit = parsed.GetValue(_memoryPageLimit) is { } limit
            ? limit is >= 1 and <= 65_536 ? limit : throw new RunException($"--memory-page-limit must be 1 to 65536, but is {limit}")
            : null,
    };

    internal static Dictionary<string, string> ParseEnvironment(IEnumerable<string> variables)
    {
        var parsed = new Dictionary<string, string>();
        foreach (var variable in variables)
        {
            var equals = variable.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw new RunException($"--env {variable}: write it as NAME=VALUE");
            }

            parsed[variable[..equals]] = variable[(equals + 1)..];
        }

        return parsed;
    }

    /// <summary>The last colon parts the two: on Windows the first may belong to a drive.</summary>
    internal static WasiPreopen ParseDirectory(string text)
    {
        var isReadOnly = text.EndsWith(ReadOnlySuffix, StringComparison.Ordinal);
        var pair = isReadOnly ? text[..^ReadOnlySuffix.Length] : text;
        var colon = pair.LastIndexOf(':');
        var isDrive = colon == 1 && OperatingSystem.IsWindows();
        return colon <= 0 || isDrive ? new WasiPreopen(pair, pair, isReadOnly)
            : colon == pair.Length - 1 ? throw new RunException($"--dir {text}: write it as HOST:GUEST")
            : new WasiPreopen(pair[(colon + 1)..], pair[..colon], isReadOnly);
    }

    /// <summary>The first colon parts the two, so that a drive's may follow.</summary>
    internal static WasiPreopen ParseMappedDirectory(string text)
    {
        var isReadOnly = text.EndsWith(ReadOnlySuffix, StringComparison.Ordinal);
        var pair = (isReadOnly ? text[..^ReadOnlySuffix.Length] : text).Split(':', 2);
        return pair is [{ Length: > 0 } guest, { Length: > 0 } host]
            ? new WasiPreopen(guest, host, isReadOnly)
            : throw new RunException($"--mapdir {text}: write it as GUEST:HOST");
    }

    internal static WasiNetwork ParseNetwork(string[] binds, string[] connects) => binds.Length == 0 && connects.Length == 0
        ? WasiNetwork.All
        : new WasiNetwork
        {
            Bind = ParseRanges("--allow-bind", binds),
            Connect = ParseRanges("--allow-connect", connects),
            ResolvesNames = connects.Any(range => range != Nothing),
        };

    private static WasiEndPointRange[] ParseRanges(string option, string[] ranges)
    {
        try
        {
            return [.. ranges.Where(range => range != Nothing).Select(WasiEndPointRange.Parse)];
        }
        catch (FormatException e)
        {
            throw new RunException($"{option}: {e.Message}");
        }
    }
}
