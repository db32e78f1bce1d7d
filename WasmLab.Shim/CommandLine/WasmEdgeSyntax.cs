namespace WasmLab.Shim.CommandLine;

/// <summary>
/// The command line of <c>wasmedge</c>, for images that start it: <c>wasmedge [run] [--dir D] [--env K=V] [--reactor] MODULE [ARGS]</c>.
/// All that follows the module belongs to the module, also what looks like an option. Its <c>--dir</c> is GUEST:HOST.
/// </summary>
internal static class WasmEdgeSyntax
{
    public const string ProgramName = "wasmedge";

    private const string Reactor = "--reactor";
    private const string WholeContainer = ".:/";

    // Features of the language that this engine always has, and ways to run that it chooses by itself.
    private static readonly string[] Ignored = ["--enable-all", "--enable-all-statistics", "--enable-time-measuring", "--force-interpreter", "--enable-jit"];

    // A pod of the embedded node has no network of its own: these say which address and port of the machine are its own.
    // WasmEdge hands no variable to the module unasked, so the image's command line does not name them.
    private static readonly string[] Network = ["BIND_ADDRESS", "PORT"];

    /// <summary>Rewrites the arguments into those of our own <c>run</c>.</summary>
    /// <param name="arguments">The arguments as <c>wasmedge</c> takes them.</param>
    /// <param name="environment">The process' own environment.</param>
    public static string[] ToRun(IReadOnlyList<string> arguments, Func<string, string?> environment)
    {
        List<string> options = ["run"];
        foreach (var name in Network)
        {
            if (environment(name) is { } value)
            {
                options.AddRange(["--env", $"{name}={value}"]);
            }
        }

        var reactor = false;
        var index = arguments is ["run", ..] ? 1 : 0;
        for (; index < arguments.Count && arguments[index].StartsWith('-'); index++)
        {
            var argument = arguments[index];
            if (argument == Reactor)
            {
                reactor = true;
            }
            else if (!Ignored.Contains(argument))
            {
                var (option, value) = argument.IndexOf('=', StringComparison.Ordinal) is var equals && equals > 0
                    ? (argument[..equals], argument[(equals + 1)..])
                    : (argument, TakesValue(argument) && index + 1 < arguments.Count ? arguments[++index] : null);
                options.AddRange(option == "--dir" && value is not null ? Directory(value) : value is null ? [option] : [option, value]);
            }
        }

        if (index == arguments.Count)
        {
            return [.. options];
        }

        var module = arguments[index++];
        if (reactor && index < arguments.Count)
        {
            options.AddRange(["--invoke", arguments[index++]]);
        }

        return [.. options, module, "--", .. arguments.Skip(index)];
    }

    /// <summary>
    /// <c>.:/</c> gives a container's root by either reading; it is taken as the working directory, because a program of the embedded
    /// node is not confined to its root, and <c>/</c> would be the whole machine's.
    /// </summary>
    private static string[] Directory(string value) =>
        value == WholeContainer || !value.Contains(':', StringComparison.Ordinal) ? ["--dir", value] : ["--mapdir", value];

    private static bool TakesValue(string option) => option is "--dir" or "--env" or "--memory-page-limit";
}
