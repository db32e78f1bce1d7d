using System.Security.Cryptography;
using System.Text;
using WasmLab.Oci;

namespace WasmLab.Hosting.Flavors;

/// <summary>What an image was built from by docker, kept in a file, so that the same sources are not built twice.</summary>
internal sealed class DockerOrigin(string file, string sources, Platform platform)
{
    /// <summary>True when the image is the one that was built from the sources as they are.</summary>
    public bool IsOf(ImageManifestInfo image) => File.Exists(file) && File.ReadAllText(file) == Describe(image);

    public void Keep(ImageManifestInfo image) => File.WriteAllText(file, Describe(image));

    private string Describe(ImageManifestInfo image) => $"{image.Id} {platform} {DigestOfSources()}\n";

    private string DigestOfSources()
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var path in Directory.EnumerateFiles(sources, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(sources, path).Replace('\\', '/'))
            .Where(path => !path.StartsWith("target/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal))
        {
            digest.AppendData(Encoding.UTF8.GetBytes(path));
            digest.AppendData(SHA256.HashData(File.ReadAllBytes(Path.Combine(sources, path))));
        }

        return Convert.ToHexStringLower(digest.GetHashAndReset());
    }
}
