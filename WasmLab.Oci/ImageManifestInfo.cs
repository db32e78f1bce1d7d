using WasmLab.Oci.Layout;

namespace WasmLab.Oci;

/// <summary>An image in a store.</summary>
public sealed record ImageManifestInfo
{
    internal ImageManifestInfo(Descriptor manifest, Descriptor config) => (Manifest, ConfigDescriptor) = (manifest, config);

    /// <summary>The full reference it was found under.</summary>
    public required ImageReference Reference { get; init; }

    /// <summary>The digest of its manifest.</summary>
    public required string Digest { get; init; }

    /// <summary>The digest of its configuration, which nodes show as the image's id.</summary>
    public string Id => ConfigDescriptor.Digest;

    /// <summary>The size of manifest, configuration and layers as stored, in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>What a container made of it runs.</summary>
    public required ImageConfiguration Config { get; init; }

    /// <summary>The layers, lowest first.</summary>
    public required IReadOnlyList<ImageLayer> Layers { get; init; }

    internal Descriptor Manifest { get; }

    internal Descriptor ConfigDescriptor { get; }
}

/// <summary>A layer of an image in a store.</summary>
/// <param name="Digest">The digest of the stored form.</param>
/// <param name="DiffId">The digest of the tar archive in it.</param>
/// <param name="Size">The size of the stored form in bytes.</param>
/// <param name="MediaType">The stored form.</param>
public sealed record ImageLayer(string Digest, string DiffId, long Size, string MediaType);

/// <summary>What a container made of an image runs, in the image specification's words; what is not set is empty.</summary>
public sealed record ImageConfiguration
{
    /// <summary>The program and the arguments that are always given.</summary>
    public IReadOnlyList<string> Entrypoint { get; init; } = [];

    /// <summary>The arguments, or the program and its arguments, that a container may replace.</summary>
    public IReadOnlyList<string> Cmd { get; init; } = [];

    /// <summary>The environment variables.</summary>
    public IReadOnlyDictionary<string, string> Env { get; init; } = new Dictionary<string, string>();

    /// <summary>The labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>The ports that the program listens on, for example <c>3000/tcp</c>.</summary>
    public IReadOnlyList<string> ExposedPorts { get; init; } = [];

    /// <summary>The directory that the program starts in; <c>/</c> when not set.</summary>
    public string WorkingDir { get; init; } = "/";

    /// <summary>The user that the program runs as; empty when not set.</summary>
    public string User { get; init; } = "";

    /// <summary>The operating system, for example <c>linux</c>.</summary>
    public string Os { get; init; } = "";

    /// <summary>The processor, for example <c>amd64</c>.</summary>
    public string Architecture { get; init; } = "";

    /// <summary>The entrypoint followed by the command: what runs when a container says nothing else.</summary>
    public IEnumerable<string> Process => Entrypoint.Concat(Cmd);
}
