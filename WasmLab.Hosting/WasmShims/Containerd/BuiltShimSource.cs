using Microsoft.Extensions.Logging;
using WasmLab.Hosting.Lab;
using WasmLab.Hosting.Nodes;

namespace WasmLab.Hosting.WasmShims.Containerd;

/// <summary>The program built from runwasi's source on the node, in a folder of the lab that a later step finds again.</summary>
internal sealed class BuiltShimSource(LabOptions options) : IShimSource
{
    public ShimSource Source => ShimSource.Build;

    private static readonly string s_build = ContainerdNode.ReadScript("build-shim.sh");

    public async Task<ShimProgram?> GetAsync(LabStep step, INode node, string architecture, CancellationToken cancellationToken)
    {
        var version = options.Shim.Version;
        var folder = $"/var/lib/wasmlab/shim-{version}";
        var path = $"{folder}/{ContainerdHandler.ProgramName}";
        if (await DigestAsync().ConfigureAwait(false) is not { } digest)
        {
            step.Logger.LogInformation("Node {Node} builds the shim {Version} from its source; that takes ten minutes and more.", node.Name, version);
            var built = await node.ChangeAsync(step, ["sh", "-c", s_build, "build-shim", version, ContainerdHandler.ProgramName, folder], cancellationToken).ConfigureAwait(false);
            if (step.IsRehearsal)
            {
                return null;
            }

            digest = built.Succeeded ? await DigestAsync().ConfigureAwait(false) : null;
            if (digest is null)
            {
                throw new DistributedApplicationException(
                    $"Node {node.Name} could not build the shim: {built.LastLine}. The log above shows all of it. A node without compilers or without a way to "
                    + "the source takes the release instead (WasmLab:Shim:Source=release), or a file (WasmLab:Shim:Source=file).");
            }
        }

        return new ShimProgram($"source {version}", digest) { NodePath = path };

        async Task<string?> DigestAsync()
        {
            var result = await node.ReadAsync(["sha256sum", path], cancellationToken).ConfigureAwait(false);
            return result.Succeeded ? result.Output.Split(' ')[0] : null;
        }
    }
}
