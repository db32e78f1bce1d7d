namespace Aspire.Hosting;

/// <summary>The short forms of the lab's command line.</summary>
public static class LabArguments
{
    private static readonly Dictionary<string, string> s_values = new(StringComparer.OrdinalIgnoreCase)
    {
        ["--cluster"] = "Cluster",
        ["--context"] = "Context",
    };

    private static readonly Dictionary<string, string> s_flags = new(StringComparer.OrdinalIgnoreCase)
    {
        ["--dry-run"] = "DryRun",
        ["--doctor"] = "Doctor",
        ["--remove"] = "Remove",
    };

    /// <summary>
    /// The options of the lab's AppHost. A rehearsal, the doctor and a removal come and go: they have no dashboard, which may be another lab's.
    /// </summary>
    /// <param name="args">The arguments of the AppHost, in <see cref="Expand"/>'s forms or those of .NET's configuration.</param>
    /// <exception cref="DistributedApplicationException">An option that needs a value has none.</exception>
    public static DistributedApplicationOptions Read(string[] args)
    {
        var expanded = Expand(args);
        return new DistributedApplicationOptions
        {
            Args = expanded,
            DisableDashboard = s_flags.Values.Any(flag => expanded.Contains($"--WasmLab:{flag}=true", StringComparer.OrdinalIgnoreCase)),
        };
    }

    /// <summary>
    /// Turns <c>--cluster KIND</c>, <c>--context NAME</c>, <c>--dry-run</c>, <c>--doctor</c> and <c>--remove</c> into the settings they stand for,
    /// <c>--WasmLab:Cluster=KIND</c> and so on. A flag has no value, which .NET's command-line configuration does not know.
    /// </summary>
    /// <param name="args">The arguments of the AppHost.</param>
    /// <exception cref="DistributedApplicationException">An option that needs a value has none.</exception>
    public static string[] Expand(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        var expanded = new List<string>();
        for (var index = 0; index < args.Length; index++)
        {
            var (option, value) = args[index].Split('=', 2) is [var name, var given] ? (name, given) : (args[index], null);
            if (s_flags.TryGetValue(option, out var flag))
            {
                expanded.Add($"--WasmLab:{flag}={value ?? "true"}");
            }
            else if (s_values.TryGetValue(option, out var key))
            {
                value ??= index + 1 < args.Length && !args[index + 1].StartsWith("--", StringComparison.Ordinal)
                    ? args[++index]
                    : throw new DistributedApplicationException($"{option} needs a value, for instance '{option} {(key == "Cluster" ? "minikube" : "NAME")}'.");
                expanded.Add($"--WasmLab:{key}={value}");
            }
            else
            {
                expanded.Add(args[index]);
            }
        }

        return [.. expanded];
    }
}
