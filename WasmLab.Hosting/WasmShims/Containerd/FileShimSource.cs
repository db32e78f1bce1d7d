using Microsoft.Extensions.Logging;
using WasmLab.Hosting.Lab;
using WasmLab.Hosting.Nodes;

namespace WasmLab.Hosting.WasmShims.Containerd;

/// <summary>The program, or the archive of a release, that the user has on this machine.</summary>
internal sealed class FileShimSource(LabOptions options) : IShimSource
{
    public ShimSource Source => ShimSource.File;

    public async Task<ShimProgram?> GetAsync(LabStep step, INode node, string architecture, CancellationToken cancellationToken)
    {
        var file = options.Shim.File!;
        if (!File.Exists(file))
        {
            throw new DistributedApplicationException($"WasmLab:Shim:File is {file}, but there is no such file.");
        }

        var digest = await ShimProgram.DigestAsync(file, cancellationToken).ConfigureAwait(false);
        if (options.Shim.Sha256 is { } pinned && !pinned.Equals(digest, StringComparison.OrdinalIgnoreCase))
        {
            throw new DistributedApplicationException(
                $"{file} has sha256 {digest}, but WasmLab:Shim:Sha256 wants {pinned}: it is another file than the one meant. Correct the one or the other.");
        }

        var folder = Path.Combine(options.CacheDirectory, "shims", digest[..16]);
        var program = await ShimArchive.ProgramAsync(file, ContainerdHandler.ProgramName, folder, architecture, cancellationToken).ConfigureAwait(false);
        step.Logger.LogInformation("The shim is {File}, sha256 {Digest}.", file, digest);
        return new ShimProgram(file, await ShimProgram.DigestAsync(program, cancellationToken).ConfigureAwait(false)) { LocalPath = program };
    }
}
