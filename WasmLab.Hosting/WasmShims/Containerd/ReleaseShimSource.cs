using Microsoft.Extensions.Logging;
using WasmLab.Hosting.Lab;
using WasmLab.Hosting.Nodes;

namespace WasmLab.Hosting.WasmShims.Containerd;

/// <summary>runwasi's prebuilt release: downloaded once, held to its digest each time, its signature verified where cosign is.</summary>
internal sealed class ReleaseShimSource(LabOptions options, ShimDownload download, ShimSignature signature) : IShimSource
{
    public ShimSource Source => ShimSource.Release;

    private static readonly string[] s_architectures = ["x86_64", "aarch64"];

    public async Task<ShimProgram?> GetAsync(LabStep step, INode node, string architecture, CancellationToken cancellationToken)
    {
        if (!s_architectures.Contains(architecture))
        {
            throw new DistributedApplicationException(
                $"Node {node.Name} is {architecture}, for which runwasi publishes no shim ({string.Join(", ", s_architectures)} only): "
                + "let the node build it (WasmLab:Shim:Source=build), or give a file (WasmLab:Shim:Source=file).");
        }

        var shim = options.Shim;
        var url = new Uri(shim.Url.Replace("{version}", shim.Version, StringComparison.Ordinal).Replace("{architecture}", architecture, StringComparison.Ordinal));
        var folder = Path.Combine(options.CacheDirectory, "shims", $"{shim.Version}-{architecture}");
        var archive = Path.Combine(folder, Path.GetFileName(url.LocalPath));
        if (!File.Exists(archive))
        {
            step.ByHand($"curl -fL --create-dirs -o {CommandLine.Quote(archive)} {url}");
            if (step.IsRehearsal)
            {
                return null;
            }

            var unverified = archive + ".unverified";
            await download.GetAsync(url, unverified, architecture, step, cancellationToken).ConfigureAwait(false);
            await signature.VerifyAsync(url, unverified, step, cancellationToken).ConfigureAwait(false);
            File.Move(unverified, archive);
        }

        var digest = await CheckDigestAsync(archive, url, cancellationToken).ConfigureAwait(false);
        step.Logger.LogInformation("The shim is runwasi's release {Version} for {Architecture}, sha256 {Digest}.", shim.Version, architecture, digest);
        var program = await ShimArchive.ProgramAsync(archive, ContainerdHandler.ProgramName, folder, architecture, cancellationToken).ConfigureAwait(false);
        return new ShimProgram($"release {shim.Version}", await ShimProgram.DigestAsync(program, cancellationToken).ConfigureAwait(false)) { LocalPath = program };
    }

    /// <summary>Holds the archive to the digest of the settings, or else to the one that was recorded when it came first.</summary>
    private async Task<string> CheckDigestAsync(string archive, Uri url, CancellationToken cancellationToken)
    {
        var digest = await ShimProgram.DigestAsync(archive, cancellationToken).ConfigureAwait(false);
        var record = archive + ".sha256";
        var (expected, source) = (options.Shim.Sha256, "WasmLab:Shim:Sha256 wants");
        if (expected is null && File.Exists(record))
        {
            (expected, source) = ((await File.ReadAllTextAsync(record, cancellationToken).ConfigureAwait(false)).Split(' ')[0], $"{record} recorded");
        }

        if (expected is not null && !expected.Equals(digest, StringComparison.OrdinalIgnoreCase))
        {
            File.Delete(archive);
            throw new DistributedApplicationException(
                $"{url} has sha256 {digest}, but {source} {expected}: the release was changed, or something on the way to it changes files. "
                + "It was not used. Compare with another download; if the new one is right, correct that digest.");
        }

        if (!File.Exists(record))
        {
            // In the form that sha256sum --check reads.
            await File.WriteAllTextAsync(record, $"{digest}  {Path.GetFileName(archive)}\n", cancellationToken).ConfigureAwait(false);
        }

        return digest;
    }
}
