using System.Globalization;
using WasmLab.Hosting.Lab;

namespace WasmLab.Hosting.Nodes;

/// <summary>How the nodes of a cluster that is reached by its context take commands.</summary>
internal sealed record NodeOptions
{
    /// <summary>The nodes that the user told how to reach; none lets the lab reach each node by a pod on it.</summary>
    public IReadOnlyList<NodeShell> Shells { get; init; } = [];

    /// <summary>Reads <c>Nodes:Shell</c> (one node) and <c>Nodes:0:Shell</c>, <c>Nodes:0:Name</c>, <c>Nodes:1:Shell</c> and so on (several).</summary>
    public static NodeOptions Read(SettingsReader reader)
    {
        var shells = new List<NodeShell>();
        if (reader.Text("Nodes:Shell") is { } shell)
        {
            shells.Add(new NodeShell(reader.Text("Nodes:Name"), Split(reader, "Nodes:Shell", shell)));
        }

        for (var index = 0; ; index++)
        {
            var (shellKey, nameKey) = ($"Nodes:{index}:Shell", $"Nodes:{index}:Name");
            var (name, text) = (reader.Text(nameKey), reader.Text(shellKey));
            if (text is null && name is null)
            {
                break;
            }

            if (text is null || name is null)
            {
                reader.Wrong(string.Create(
                    CultureInfo.InvariantCulture,
                    $"WasmLab:{(text is null ? nameKey : shellKey)} is set, but WasmLab:{(text is null ? shellKey : nameKey)} is not: a node needs both."));
                continue;
            }

            shells.Add(new NodeShell(name, Split(reader, shellKey, text)));
        }

        return new NodeOptions { Shells = shells };
    }

    private static IReadOnlyList<string> Split(SettingsReader reader, string key, string text)
    {
        if (CommandLine.TrySplit(text) is { Count: > 0 } words)
        {
            return words;
        }

        reader.Wrong($"WasmLab:{key} is '{text}', but it is the beginning of a command such as 'ssh root@10.0.0.5'; is a quote open?");
        return [];
    }
}

/// <summary>A node, and the words before a command that run it there as root.</summary>
/// <param name="Name">Its name in the cluster; null when the cluster has one node only.</param>
/// <param name="Prefix">A program and its arguments, for instance <c>ssh root@10.0.0.5</c>.</param>
internal sealed record NodeShell(string? Name, IReadOnlyList<string> Prefix);
