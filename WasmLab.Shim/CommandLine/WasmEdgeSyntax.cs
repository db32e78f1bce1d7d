namespace WasmLab.Shim.CommandLine;

/// <summary>
/// The command line of <c>wasmedge</c>, for images that start it: <c>wasmedge [run] [--dir D] [--env K=V] [--reactor] MODULE [ARGS]</c>.
/// All that follows the module belongs to the module, also what looks like an option.
/// </summary>
internal static class WasmEdgeSyntax
{
    public const string ProgramName = "wasmedge";

    private const string Reactor = "--reactor";

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
                options.Add(argument);
                if (TakesValue(argument) && index + 1 < arguments.Count)
                {
                    options.Add(arguments[++index]);
                }
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

    private static bool TakesValue(string option) => option is "--dir" or "--env" or "--memory-page-limit";
}
