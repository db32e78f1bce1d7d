using WasmLab.EmbeddedCluster.Nodes.Runtime;
using WasmLab.Oci;

namespace WasmLab.EmbeddedCluster.Nodes.Images;

/// <summary>The images of the state directory's OCI layout, which others write and this watches.</summary>
internal sealed class ImageService : ILocalImages, IDisposable
{
    private readonly ImageStore _store;
    private readonly FolderWatch _watch;

    public ImageService(string directory, TimeProvider time)
    {
        Directory.CreateDirectory(directory);
        _store = new ImageStore(directory);
        _watch = new FolderWatch(directory, "index.json", () => Changed?.Invoke(), time);
    }

    public event Action? Changed;

    public Task<LocalImage?> FindAsync(string reference, CancellationToken cancellationToken)
    {
        if (!ImageReference.TryParse(reference, out var parsed))
        {
            throw new FormatException($"\"{reference}\" is not an image reference");
        }

        var found = _store.Find(parsed);
        return Task.FromResult(found is null ? null : Describe(parsed, found));
    }

    public async Task<LocalImage> PullAsync(string reference, CancellationToken cancellationToken) =>
        await FindAsync(reference, cancellationToken).ConfigureAwait(false) ?? throw new ImageException(
            $"image \"{reference}\" is not in the local image store of this node, and this node pulls from nowhere else; build or load it first");

    public async Task UnpackAsync(LocalImage image, string directory, CancellationToken cancellationToken) =>
        await _store.UnpackAsync(image.Manifest!, directory, cancellationToken).ConfigureAwait(false);

    public void Dispose() => _watch.Dispose();

    private static LocalImage Describe(ImageReference reference, ImageManifestInfo found) => new()
    {
        Name = reference.ToString(),
        Id = $"{reference.Registry}/{reference.Repository}@{found.Digest}",
        Entrypoint = found.Config.Entrypoint,
        Command = found.Config.Cmd,
        Environment = found.Config.Env,
        WorkingDirectory = found.Config.WorkingDir,
        Manifest = found,
    };
}
