using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using WasmLab.Hosting.Lab;
using WasmLab.Hosting.Nodes;

namespace WasmLab.Hosting.WasmShims.Containerd;

/// <summary>Looks at a node's containerd and at its files.</summary>
internal sealed class ContainerdNode(INode node, ShimOptions options)
{
    private static readonly string s_look = ReadScript("look.sh");

    public string Name => node.Name;

    /// <summary>A script that runs on a node, from this assembly.</summary>
    public static string ReadScript(string name)
    {
        using var reader = new StreamReader(typeof(ContainerdNode).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    /// <exception cref="DistributedApplicationException">The node cannot be reached.</exception>
    public async Task<ContainerdFacts> LookAsync(string program, CancellationToken cancellationToken)
    {
        var runtime = options.Source == ShimSource.Crun ? options.BinaryName : "";
        var result = await node.ReadAsync(
            ["sh", "-c", s_look, "look", options.ContainerdConfig, options.BinDirectory, program, runtime], cancellationToken).ConfigureAwait(false);
        return ContainerdFacts.TryRead(result.Output) ?? throw new DistributedApplicationException(
            $"Node {Name} cannot be reached, or not as root: {result.LastLine}. Check that the command works by hand, then run the step again.");
    }

    /// <summary>The text of a file, to the byte; null when it is not there.</summary>
    public async Task<string?> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        var result = await node.ReadAsync(["sh", "-c", $"base64 < {CommandLine.Quote(path)}"], cancellationToken).ConfigureAwait(false);
        return result.Succeeded ? Encoding.UTF8.GetString(Convert.FromBase64String(result.Output)) : null;
    }

    /// <summary>The whole configuration as containerd understands a file.</summary>
    /// <exception cref="FormatException">It refuses it; the message says why.</exception>
    public async Task<ContainerdConfig> DumpAsync(string containerd, string path, CancellationToken cancellationToken)
    {
        var result = await node.ReadAsync([containerd, "--config", path, "config", "dump"], cancellationToken).ConfigureAwait(false);
        return result.Succeeded ? ContainerdConfig.Parse(result.Output) : throw new FormatException(result.LastLine);
    }

    /// <summary>Whether containerd answers; null when the node has no client of it.</summary>
    public async Task<bool?> AnswersAsync(string containerd, string? address, CancellationToken cancellationToken)
    {
        // The client lies beside containerd or is found by the shell.
        var script = $"ctr={CommandLine.Quote(Path.GetDirectoryName(containerd) + "/ctr")}; [ -x \"$ctr\" ] || ctr=$(command -v ctr) || exit 127; "
            + $"\"$ctr\" --address {CommandLine.Quote(address ?? "/run/containerd/containerd.sock")} version";
        var result = await node.ReadAsync(["sh", "-c", script], cancellationToken).ConfigureAwait(false);
        return result.ExitCode == 127 ? null : result.Succeeded;
    }

    /// <summary>The handlers that the running containerd offers, by <c>crictl info</c>; null when that is not to be had.</summary>
    public async Task<IReadOnlySet<string>?> OfferedHandlersAsync(string? address, CancellationToken cancellationToken)
    {
        var endpoint = $"unix://{address ?? "/run/containerd/containerd.sock"}";
        var result = await node.ReadAsync(
            ["sh", "-c", $"command -v crictl >/dev/null && crictl --runtime-endpoint {CommandLine.Quote(endpoint)} info"], cancellationToken).ConfigureAwait(false);
        if (!result.Succeeded)
        {
            return null;
        }

        try
        {
            return JsonNode.Parse(result.Output)?["config"]?["containerd"]?["runtimes"] is JsonObject runtimes
                ? runtimes.Select(runtime => runtime.Key).ToHashSet(StringComparer.Ordinal)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
