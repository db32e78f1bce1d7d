using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using WasmLab.Hosting.Clusters;
using WasmLab.Hosting.Lab;
using WasmLab.Oci;

namespace WasmLab.Hosting.Flavors;

/// <summary>
/// <c>minikube image load</c>. It says nothing when an image does not arrive, and keeps an older image of the same name, so that this is
/// looked at before and after.
/// </summary>
internal sealed class MinikubeImageLoader(Minikube minikube, FlavorImages images, LabShell shell, LabOptions options) : IImageLoader
{
    public async Task LoadAsync(ImageReference reference, LabStep step, CancellationToken cancellationToken)
    {
        var archive = Path.Combine(options.CacheDirectory, $"{reference.Repository.Replace('/', '-')}-{reference.Tag}.tar");
        var load = minikube.Command("image", "load", archive);
        if (step.IsRehearsal)
        {
            await shell.ChangeAsync(step, load, cancellationToken).ConfigureAwait(false);
            return;
        }

        var wanted = Bare((images.Find(reference) ?? throw new DistributedApplicationException($"Image {reference} has not been built.")).Id);
        var there = await FindAsync(reference, cancellationToken).ConfigureAwait(false);
        if (there == wanted)
        {
            step.Logger.LogInformation("The node has {Reference} already: nothing changed.", reference.Familiar);
            return;
        }

        if (there is not null)
        {
            await minikube.ChangeAsync(step, minikube.Command("image", "rm", reference.ToString()), $"minikube could not remove the old {reference.Familiar}", cancellationToken)
                .ConfigureAwait(false);
        }

        await images.ExportAsync(reference, archive, cancellationToken).ConfigureAwait(false);
        await minikube.ChangeAsync(step, load, $"minikube could not load {reference.Familiar} into the node", cancellationToken).ConfigureAwait(false);
        File.Delete(archive);
        if (await FindAsync(reference, cancellationToken).ConfigureAwait(false) is var found && found != wanted)
        {
            throw new DistributedApplicationException(
                $"minikube says that it loaded {reference.Familiar}, but the node has {(found is null ? "no image of that name" : $"another one ({found[..12]})")}. "
                + $"Cause: the node's disk is full, or its containerd could not read the archive. Remedy: '{minikube.Command("ssh", "--", "df", "-h", "/var")}' shows the disk; then run this step again.");
        }

        step.Logger.LogInformation("The node has {Reference}, id {Id}.", reference.Familiar, wanted[..12]);
    }

    /// <summary>The id of the node's image of that name; null when it has none.</summary>
    private async Task<string?> FindAsync(ImageReference reference, CancellationToken cancellationToken)
    {
        var answer = await minikube.ReadAsync(minikube.Command("image", "ls", "--format", "json"), cancellationToken).ConfigureAwait(false);
        if (!answer.Succeeded)
        {
            throw Minikube.Failure("minikube does not list the node's images", null, answer);
        }

        try
        {
            return (JsonNode.Parse(answer.Output) as JsonArray)?
                .Where(image => (image?["repoTags"] as JsonArray)?.Any(tag => (string?)tag == reference.ToString()) ?? false)
                .Select(image => (string?)image?["id"])
                .OfType<string>()
                .Select(Bare)
                .FirstOrDefault();
        }
        catch (JsonException exception)
        {
            throw new DistributedApplicationException($"minikube's list of images cannot be read: {exception.Message}", exception);
        }
    }

    private static string Bare(string digest) => digest.StartsWith("sha256:", StringComparison.Ordinal) ? digest["sha256:".Length..] : digest;
}
