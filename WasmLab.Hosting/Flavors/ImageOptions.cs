using WasmLab.Hosting.Lab;

namespace WasmLab.Hosting.Flavors;

/// <summary>Where a real node gets the flavors' images from.</summary>
internal sealed record ImageOptions
{
    /// <summary>A registry, with a path if need be, that images are pushed to and that the nodes pull from; null loads them into the nodes.</summary>
    public string? Registry { get; init; }

    /// <summary>Folder whose files are the base of the embed image; null builds it from its Dockerfile.</summary>
    public string? EmbedBase { get; init; }

    /// <summary>The name that the nodes pull an image by: with the registry in front, if there is one.</summary>
    public string NameOf(string image) => Registry is { } registry ? $"{registry.TrimEnd('/')}/{image}" : image;

    public static ImageOptions Read(SettingsReader reader, string appHostDirectory) => new()
    {
        Registry = reader.Text("Images:Registry"),
        EmbedBase = reader.Text("Images:EmbedBase") is { } path ? Path.GetFullPath(path, appHostDirectory) : null,
    };
}
