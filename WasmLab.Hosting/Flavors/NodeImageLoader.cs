using Microsoft.Extensions.Logging;
using WasmLab.Hosting.Lab;
using WasmLab.Hosting.Nodes;
using WasmLab.Oci;

namespace WasmLab.Hosting.Flavors;

/// <summary>Copies an image to every node as an archive and imports it into the node's containerd.</summary>
internal sealed class NodeImageLoader(INodes nodes, FlavorImages images, LabOptions options) : IImageLoader
{
    private static readonly string[] Ctr = ["ctr", "--namespace", "k8s.io"];

    public async Task LoadAsync(ImageReference reference, LabStep step, CancellationToken cancellationToken)
    {
        var image = images.Find(reference);
        var session = await nodes.OpenAsync(step, cancellationToken).ConfigureAwait(false);
        await using var closing = session.ConfigureAwait(false);
        foreach (var node in session.Nodes)
        {
            if (image is not null && await HasAsync(node, reference, image.Digest, cancellationToken).ConfigureAwait(false))
            {
                step.Logger.LogInformation("Node {Node} has {Reference} already: {Digest}.", node.Name, reference.Familiar, image.Digest);
                continue;
            }

            await LoadAsync(node, reference, step, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Removes images from every node; one that is not there is no error.</summary>
    public async Task RemoveAsync(IEnumerable<string> references, LabStep step, CancellationToken cancellationToken)
    {
        var session = await nodes.OpenAsync(step, cancellationToken).ConfigureAwait(false);
        await using var opened = session.ConfigureAwait(false);
        foreach (var node in session.Nodes)
        {
            var listed = await node.ReadAsync([.. Ctr, "images", "ls", "-q"], cancellationToken).ConfigureAwait(false);
            var there = listed.Output.Split('\n').ToHashSet(StringComparer.Ordinal);
            var ours = references.Select(reference => ImageReference.Parse(reference).ToString()).Where(there.Contains).ToList();
            if (ours.Count > 0)
            {
                await node.ChangeAsync(step, [.. Ctr, "images", "rm", .. ours], cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task LoadAsync(INode node, ImageReference reference, LabStep step, CancellationToken cancellationToken)
    {
        var name = $"wasmlab-{Environment.ProcessId}-{reference.Tag}.tar";
        var archive = Path.Combine(options.CacheDirectory, name);
        var onNode = $"/var/tmp/{name}";
        try
        {
            if (step.IsRehearsal)
            {
                step.Logger.LogInformation("The image goes to node {Node} as {Path}.", node.Name, onNode);
            }
            else
            {
                await images.ExportAsync(reference, archive, cancellationToken).ConfigureAwait(false);
                await node.CopyAsync(step, archive, onNode, UnixFileMode.UserRead | UnixFileMode.UserWrite, cancellationToken).ConfigureAwait(false);
            }

            var imported = await node.ChangeAsync(step, [.. Ctr, "images", "import", onNode], cancellationToken).ConfigureAwait(false);
            if (!imported.Succeeded)
            {
                throw new DistributedApplicationException(
                    $"Node {node.Name} could not import image {reference.Familiar}: {imported.LastLine}. Is containerd running there, and is its disk full (df -h /var/lib/containerd)?");
            }
        }
        finally
        {
            await node.ChangeAsync(step, ["rm", "-f", onNode], CancellationToken.None).ConfigureAwait(false);
            if (!step.IsRehearsal)
            {
                File.Delete(archive);
            }
        }
    }

    /// <summary>Lines of <c>ctr images ls</c> name, media type and digest of an image.</summary>
    private static async Task<bool> HasAsync(INode node, ImageReference reference, string digest, CancellationToken cancellationToken)
    {
        var listed = await node.ReadAsync([.. Ctr, "images", "ls", $"name=={reference}"], cancellationToken).ConfigureAwait(false);
        return listed.Succeeded && listed.Output.Split('\n')
            .Any(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var name, _, var found, ..] && name == reference.ToString() && found == digest);
    }
}
