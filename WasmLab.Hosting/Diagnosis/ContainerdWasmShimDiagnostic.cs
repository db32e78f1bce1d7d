using System.Runtime.CompilerServices;
using WasmLab.Hosting.Lab;
using WasmLab.Hosting.Nodes;
using WasmLab.Hosting.WasmShims.Containerd;

namespace WasmLab.Hosting.Diagnosis;

/// <summary>
/// On each node: is the handler in containerd's configuration, in the section that counts, with the node's cgroup driver; is its program
/// there and can it run; has the running containerd read it?
/// </summary>
internal sealed class ContainerdWasmShimDiagnostic(DistributedApplicationModel model, INodes nodes, LabOptions options) : IDiagnostic
{
    public ChainPart Part => ChainPart.WasmShim;

    public async IAsyncEnumerable<Finding> ExamineAsync(LabStep step, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var session = await nodes.OpenAsync(step, cancellationToken).ConfigureAwait(false);
        await using var closing = session.ConfigureAwait(false);
        foreach (var node in session.Nodes)
        {
            foreach (var shim in model.Resources.OfType<WasmShimResource>())
            {
                await foreach (var finding in ExamineAsync(node, shim, cancellationToken).ConfigureAwait(false))
                {
                    yield return finding;
                }
            }
        }
    }

    private async IAsyncEnumerable<Finding> ExamineAsync(INode node, WasmShimResource shim, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var examination = new HandlerExamination(shim.Handler, shim.Name, options.Shim);
        var looker = new ContainerdNode(node, options.Shim);
        var facts = await looker.LookAsync(ContainerdHandler.ProgramName, cancellationToken).ConfigureAwait(false);
        var containerd = $"containerd on {node.Name}";
        if (ContainerdRequirements.Unmet(facts, options.Shim) is { } unmet)
        {
            var parts = unmet.Split(": ", 2);
            yield return Finding.Broken(containerd, parts[0], parts[0], parts[^1]);
            yield break;
        }

        var effective = ContainerdConfig.Parse(facts.Dump!);
        yield return Finding.Holds(containerd, $"{facts.VersionText}, {facts.Architecture}");

        var main = facts.ConfigurationText is { } text ? ContainerdConfig.Parse(text, facts.Version) : null;
        var entry = effective.Runtimes.GetValueOrDefault(shim.Handler);
        yield return examination.Handler(node.Name, facts, main, effective);
        if (entry is null)
        {
            yield return Finding.NotExamined($"Shim on {node.Name}", "the handler is not configured");
            yield break;
        }

        yield return examination.Shim(node.Name, facts, entry);
        yield return examination.Loaded(
            node.Name, facts, await looker.OfferedHandlersAsync(effective.Address, cancellationToken).ConfigureAwait(false),
            await looker.AnswersAsync(facts.Containerd!, effective.Address, cancellationToken).ConfigureAwait(false));
    }
}
