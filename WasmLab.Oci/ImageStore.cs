using WasmLab.Oci.Layout;
using WasmLab.Oci.Unpacking;

namespace WasmLab.Oci;

/// <summary>Images in one OCI image layout directory, each under its full reference. Many processes may use one directory.</summary>
/// <param name="directory">The layout; it is made when the first image is saved.</param>
/// <param name="limits">What unpacking may take; null means <see cref="UnpackLimits"/>' defaults.</param>
public sealed class ImageStore(string directory, UnpackLimits? limits = null)
{
    private readonly BlobStore blobs = new(directory);
    private readonly LayoutIndex index = new(directory);

    /// <summary>The directory of the layout.</summary>
    public string Directory { get; } = directory;

    /// <summary>Saves an image; one of the same reference (and platform) is replaced.</summary>
    /// <param name="reference">The name; it must have a tag.</param>
    /// <param name="image">The image.</param>
    /// <param name="cancellationToken">Cancels; the store is unchanged then.</param>
    /// <returns>When the image can be found.</returns>
    public async Task SaveAsync(ImageReference reference, Image image, CancellationToken cancellationToken = default)
    {
        var name = Tagged(reference);
        foreach (var blob in image.Blobs)
        {
            await blobs.WriteAsync(blob.Descriptor.Digest, blob.Content, cancellationToken);
        }

        var entry = image.Manifest with { Annotations = new(StringComparer.Ordinal) { [Annotations.ReferenceName] = name } };
        await index.ChangeAsync(
            entries => entries
                .Where(other => !(IsNamed(other, name) && other.Platform == entry.Platform))
                .Append(entry)
                .OrderBy(NameOf, StringComparer.Ordinal)
                .ThenBy(other => other.Digest, StringComparer.Ordinal),
            cancellationToken);
    }

    /// <summary>The references of all images, sorted.</summary>
    /// <returns>The references.</returns>
    public IReadOnlyList<ImageReference> List() =>
        [.. index.Read().Select(NameOf).Distinct().Order(StringComparer.Ordinal).Select(name => ImageReference.TryParse(name, out var reference) ? reference : null).OfType<ImageReference>()];

    /// <summary>Takes an image's name away; its blobs stay, because others may share or be reading them.</summary>
    /// <param name="reference">The name.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>When the image can be found no more.</returns>
    public Task RemoveAsync(ImageReference reference, CancellationToken cancellationToken = default)
    {
        var name = Tagged(reference);
        return index.ChangeAsync(entries => entries.Where(other => !IsNamed(other, name)), cancellationToken);
    }

    /// <summary>Finds an image; its manifest and configuration are compared with their digests.</summary>
    /// <param name="reference">The name, or a digest, or both.</param>
    /// <param name="platform">Which of the images of several platforms; null means <see cref="Platform.Linux"/>. An image that
    /// was made for one platform only is taken whatever that is.</param>
    /// <returns>The image; null when the store has none of that name.</returns>
    public ImageManifestInfo? Find(ImageReference reference, Platform? platform = null)
    {
        var wanted = reference.Tag is null ? null : $"{reference.Registry}/{reference.Repository}:{reference.Tag}";
        var named = index.Read()
            .Where(entry => wanted is null || IsNamed(entry, wanted))
            .Where(entry => reference.Digest is null || entry.Digest == reference.Digest)
            .ToList();
        return named.Count == 0 ? null : Describe(reference, Choose(reference, named, platform ?? Platform.Linux));
    }

    /// <summary>Writes the files of an image into a directory, with all layers applied. Nothing in an image can reach outside
    /// of it; the directory appears when it is complete.</summary>
    /// <param name="image">The image.</param>
    /// <param name="rootfs">The directory; it must not exist, or be empty.</param>
    /// <param name="cancellationToken">Cancels; nothing is left then.</param>
    /// <returns>When the files are there.</returns>
    public Task UnpackAsync(ImageManifestInfo image, string rootfs, CancellationToken cancellationToken = default) =>
        new Unpacker(blobs, limits ?? new UnpackLimits()).UnpackAsync(image, rootfs, cancellationToken);

    /// <summary>Writes one image as an archive that both <c>docker load</c> and <c>ctr images import</c> take.</summary>
    /// <param name="reference">The name; it must have a tag.</param>
    /// <param name="tar">Where the archive goes; it stays open.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>When the archive is complete.</returns>
    public Task ExportAsync(ImageReference reference, Stream tar, CancellationToken cancellationToken = default)
    {
        Tagged(reference);
        var image = Find(reference) ?? throw new ImageException($"Image {reference} is not in '{Directory}': there are {string.Join(", ", List())}.");
        return new ImageArchive(blobs).WriteAsync(image, tar, cancellationToken);
    }

    /// <summary>Takes the images of an archive in, those that have a full name; one of the same reference is replaced.</summary>
    /// <param name="tar">An OCI image layout as a tar archive, as <see cref="ExportAsync"/> and <c>docker save</c> (from Docker 25 on) write it.</param>
    /// <param name="cancellationToken">Cancels; no image is replaced then.</param>
    /// <returns>The references of the images.</returns>
    /// <exception cref="ImageException">The archive is none, or is damaged.</exception>
    public async Task<IReadOnlyList<ImageReference>> ImportAsync(Stream tar, CancellationToken cancellationToken = default)
    {
        var imported = (await new ImageArchiveReader(blobs).ReadAsync(tar, cancellationToken))
            .Select(entry => (Entry: entry, Reference: ImageReference.TryParse(NameOf(entry), out var reference) ? reference : null))
            .Where(image => image.Reference is { Tag: not null })
            .Select(image => (Name: image.Reference!.ToString(), image.Reference, image.Entry))
            .ToList();
        var names = imported.Select(image => image.Name).ToHashSet(StringComparer.Ordinal);
        await index.ChangeAsync(
            entries => entries
                .Where(other => NameOf(other) is not { } name || !names.Contains(name))
                .Concat(imported.Select(image => image.Entry with { Annotations = new(StringComparer.Ordinal) { [Annotations.ReferenceName] = image.Name } }))
                .OrderBy(NameOf, StringComparer.Ordinal)
                .ThenBy(other => other.Digest, StringComparer.Ordinal),
            cancellationToken);
        return [.. imported.Select(image => image.Reference!)];
    }

    private static string Tagged(ImageReference reference) =>
        reference is { Tag: not null, Digest: null }
            ? reference.ToString()
            : throw new ImageException($"'{reference}' names an image by its digest: a name with a tag is needed here.");

    private static string? NameOf(Descriptor entry) =>
        entry.Annotations?.GetValueOrDefault(Annotations.ContainerdName) ?? entry.Annotations?.GetValueOrDefault(Annotations.ReferenceName);

    private static bool IsNamed(Descriptor entry, string name) =>
        entry.Annotations is { } annotations
        && (annotations.GetValueOrDefault(Annotations.ReferenceName) == name || annotations.GetValueOrDefault(Annotations.ContainerdName) == name);

    private Descriptor Choose(ImageReference reference, IReadOnlyList<Descriptor> entries, Platform platform)
    {
        var manifests = entries.SelectMany(entry => Flatten(reference, entry, depth: 0)).ToList();
        if (manifests.Count == 1)
        {
            return manifests[0];
        }

        return manifests.Find(manifest => PlatformOf(manifest) is { } offered && platform.IsServedBy(offered))
            ?? throw new ImageException(
                $"Image {reference} is not there for {platform}: there is {string.Join(", ", manifests.Select(PlatformOf).OfType<Platform>())}.");
    }

    private static Platform? PlatformOf(Descriptor manifest) =>
        manifest.Platform is { } platform ? new(platform.Os, platform.Architecture, platform.Variant) : null;

    /// <summary>An entry of <c>index.json</c> may itself be an index with an image for each platform.</summary>
    private IEnumerable<Descriptor> Flatten(ImageReference reference, Descriptor entry, int depth)
    {
        const int MaxDepth = 4;
        if (MediaTypes.IsManifest(entry.MediaType))
        {
            // Builders add manifests of this platform that hold no image but statements about one.
            return entry.Platform is { Os: "unknown" } ? [] : [entry];
        }

        if (!MediaTypes.IsIndex(entry.MediaType) || depth == MaxDepth)
        {
            throw new ImageException($"Image {reference} is a {entry.MediaType}, which cannot be read: build it as an OCI or Docker image.");
        }

        return (blobs.Read(entry, Documents.Relaxed.IndexDocument).Manifests ?? []).SelectMany(inner => Flatten(reference, inner, depth + 1));
    }

    private ImageManifestInfo Describe(ImageReference reference, Descriptor entry)
    {
        var manifest = blobs.Read(entry, Documents.Relaxed.ManifestDocument);
        if (manifest is not { Config: { } configDescriptor, Layers: { } layers })
        {
            throw new ImageException($"The manifest {entry.Digest} of image {reference} lacks its configuration or layers.");
        }

        var config = blobs.Read(configDescriptor, Documents.Relaxed.ConfigDocument);
        var diffIds = config.Rootfs?.DiffIds ?? [];
        if (diffIds.Count != layers.Count)
        {
            throw new ImageException($"Image {reference} has {layers.Count} layers but {diffIds.Count} digests of their content: it is not a container image.");
        }

        return new ImageManifestInfo(entry, configDescriptor)
        {
            Reference = reference,
            Digest = entry.Digest,
            Size = entry.Size + configDescriptor.Size + layers.Sum(layer => layer.Size),
            Config = Configuration(config),
            Layers = [.. layers.Zip(diffIds, (layer, diffId) => new ImageLayer(layer.Digest, diffId, layer.Size, layer.MediaType))],
        };
    }

    private static ImageConfiguration Configuration(ConfigDocument document) => new()
    {
        Entrypoint = document.Config?.Entrypoint ?? [],
        Cmd = document.Config?.Cmd ?? [],
        Env = Variables(document.Config?.Env ?? []),
        Labels = document.Config?.Labels ?? new SortedDictionary<string, string>(),
        ExposedPorts = [.. document.Config?.ExposedPorts?.Keys ?? Enumerable.Empty<string>()],
        WorkingDir = document.Config?.WorkingDir is { Length: > 0 } directory ? directory : "/",
        User = document.Config?.User ?? "",
        Os = document.Os ?? "",
        Architecture = document.Architecture ?? "",
    };

    private static Dictionary<string, string> Variables(IReadOnlyList<string> variables)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var variable in variables)
        {
            var parts = variable.Split('=', 2);
            all[parts[0]] = parts.Length == 2 ? parts[1] : "";
        }

        return all;
    }
}
