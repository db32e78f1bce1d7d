using WasmLab.Oci;

namespace WasmLab.EmbeddedCluster.Nodes.Images;

/// <summary>The images that this node has.</summary>
internal interface IImageService
{
    /// <summary>Raised when images were added or removed.</summary>
    event Action? Changed;

    /// <summary>The image of a reference such as <c>wasmlab/httpbin:native</c>; null when this node does not have it.</summary>
    /// <exception cref="FormatException">It is not a reference.</exception>
    /// <exception cref="ImageException">It is there, but cannot be used here; the message says why.</exception>
    Task<LocalImage?> FindAsync(string reference, CancellationToken cancellationToken);

    /// <summary>Fetches the image from where its reference says, also when this node has one of that name.</summary>
    /// <exception cref="FormatException">It is not a reference.</exception>
    /// <exception cref="ImageException">It cannot be had; the message says why.</exception>
    Task<LocalImage> PullAsync(string reference, CancellationToken cancellationToken);
}

/// <summary>Images whose files can be had.</summary>
internal interface ILocalImages : IImageService
{
    /// <summary>Writes the image's files into an empty directory.</summary>
    Task UnpackAsync(LocalImage image, string directory, CancellationToken cancellationToken);
}

/// <summary>An image and what its configuration says of containers made from it.</summary>
internal sealed record LocalImage
{
    /// <summary>Full reference, with registry and tag.</summary>
    public required string Name { get; init; }

    /// <summary>Repository and digest: what a container status shows as <c>imageID</c>.</summary>
    public required string Id { get; init; }

    public IReadOnlyList<string> Entrypoint { get; init; } = [];

    public IReadOnlyList<string> Command { get; init; } = [];

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public string WorkingDirectory { get; init; } = "/";

    /// <summary>Where it is in the store.</summary>
    public ImageManifestInfo? Manifest { get; init; }
}
