using Microsoft.Extensions.Logging;
using WasmLab.Hosting.Lab;
using WasmLab.Hosting.Nodes;

namespace WasmLab.Hosting.WasmShims.Containerd;

/// <summary>Takes from one node what the lab put there, and nothing else.</summary>
internal sealed class ContainerdRemover(LabOptions options, ContainerdInstaller installer)
{
    /// <returns>What was done, in a few words.</returns>
    public async Task<string> RemoveAsync(string handler, INode node, LabStep step, CancellationToken cancellationToken)
    {
        var looker = new ContainerdNode(node, options.Shim);
        var facts = await looker.LookAsync(ContainerdHandler.ProgramName, cancellationToken).ConfigureAwait(false);
        if (facts.Dump is null)
        {
            throw new DistributedApplicationException(ContainerdRequirements.Unmet(facts, options.Shim) + ".");
        }

        var effective = ContainerdConfig.Parse(facts.Dump);
        var file = await installer.FindFileAsync(looker, facts, effective, cancellationToken).ConfigureAwait(false);
        if (HandlerBlock.Find(file.Text, handler) is not { } block)
        {
            return effective.Runtimes.ContainsKey(handler)
                ? $"handler {handler} is not the lab's: nothing changed"
                : "nothing of the lab's is there: nothing changed";
        }

        var text = ContainerdConfigEditor.Remove(file.Text, handler);
        var change = new ContainerdChange(node, looker, file, facts, step);
        if (ContainerdConfigEditor.IsOursAlone(text))
        {
            await node.MustChangeAsync(step, ["mv", "-f", file.Path, file.BackupPath], cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await change.WriteAsync(text, _ => null, cancellationToken).ConfigureAwait(false);
        }

        await installer.RestartAsync(node, looker, facts, effective, change, step, cancellationToken).ConfigureAwait(false);
        if (HandlerBlock.ProgramOf(block) is { } program && !HandlerBlock.IsAnyIn(text))
        {
            await RemoveProgramAsync(program, facts).ConfigureAwait(false);
        }

        await node.MustChangeAsync(step, ["rm", "-f", file.BackupPath], cancellationToken).ConfigureAwait(false);
        return "removed";

        async Task RemoveProgramAsync(ShimInstalled program, ContainerdFacts facts)
        {
            if (facts.Program is { } present && (present.Path != program.Path || present.Sha256 != program.Sha256))
            {
                step.Logger.LogWarning("Node {Node}: {Path} is no longer what the lab put there: it stays.", node.Name, program.Path);
                return;
            }

            await node.MustChangeAsync(step, program.HasReplaced ? ["mv", "-f", InstallPlan.Replaced(program.Path), program.Path] : ["rm", "-f", program.Path], cancellationToken).ConfigureAwait(false);
        }
    }
}
