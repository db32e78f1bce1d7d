using Microsoft.Extensions.Logging;
using WasmLab.Hosting.Lab;
using WasmLab.Hosting.Nodes;

namespace WasmLab.Hosting.WasmShims.Containerd;

/// <summary>
/// Installs the handler on one node: looks; gets the program; decides; copies the program; changes the configuration; restarts containerd.
/// What is there already is left alone.
/// </summary>
internal sealed class ContainerdInstaller(LabOptions options, IEnumerable<IShimSource> sources, ContainerdRestart restart)
{
    /// <returns>What was done, in a few words.</returns>
    /// <exception cref="DistributedApplicationException">It cannot be done; the message says why and what to do.</exception>
    public async Task<string> InstallAsync(string handler, INode node, LabStep step, CancellationToken cancellationToken)
    {
        var looker = new ContainerdNode(node, options.Shim);
        var facts = await looker.LookAsync(ContainerdHandler.ProgramName, cancellationToken).ConfigureAwait(false);
        if (ContainerdRequirements.Unmet(facts, options.Shim) is { } unmet)
        {
            throw new DistributedApplicationException(unmet + ".");
        }

        var effective = ContainerdConfig.Parse(facts.Dump!);
        var file = await FindFileAsync(looker, facts, effective, cancellationToken).ConfigureAwait(false);
        Tell(handler, node, facts, effective, file, step);

        var program = await GetProgramAsync(node, facts, step, cancellationToken).ConfigureAwait(false);
        var plan = InstallPlan.Make(handler, options.Shim, facts, effective, file, program);

        if (plan.CopiesProgram)
        {
            await CopyProgramAsync(node, plan, program, step, cancellationToken).ConfigureAwait(false);
        }

        var change = new ContainerdChange(node, looker, file, facts, step);
        if (plan.ChangesConfiguration)
        {
            Show(plan.Text, handler, file.Path, step);
            await change.WriteAsync(plan.Text, after => Complaint(handler, plan, effective, after), cancellationToken).ConfigureAwait(false);
        }

        var isLoaded = !plan.ChangesConfiguration && !facts.IsConfigurationNewer
            && (await looker.OfferedHandlersAsync(effective.Address, cancellationToken).ConfigureAwait(false))?.Contains(handler) is not false;
        if (!isLoaded)
        {
            await RestartAsync(node, looker, facts, effective, plan.ChangesConfiguration ? change : null, step, cancellationToken).ConfigureAwait(false);
            await CheckOfferedAsync(handler, looker, effective, step, cancellationToken).ConfigureAwait(false);
        }

        return (plan.CopiesProgram, plan.ChangesConfiguration, isLoaded) switch
        {
            (false, false, true) => "as it was: nothing changed",
            (false, false, false) => "configured before; containerd was restarted to read it",
            (true, false, _) => "the program was copied",
            _ => "installed",
        };
    }

    /// <summary>Finds the file to change, and says which one is no TOML.</summary>
    public async Task<ContainerdConfigFile> FindFileAsync(
        ContainerdNode looker, ContainerdFacts facts, ContainerdConfig effective, CancellationToken cancellationToken)
    {
        try
        {
            return await ContainerdConfigFile.FindAsync(looker, facts, effective, options.Shim, cancellationToken).ConfigureAwait(false);
        }
        catch (FormatException exception)
        {
            throw new DistributedApplicationException(
                $"{options.Shim.ContainerdConfig}, or a file that it imports, cannot be changed: {exception.Message}. Repair it by hand, then run the step again.", exception);
        }
    }

    /// <summary>Restarts containerd; when it does not come up with the change, the change is taken back.</summary>
    public async Task RestartAsync(
        INode node, ContainerdNode looker, ContainerdFacts facts, ContainerdConfig effective, ContainerdChange? change, LabStep step, CancellationToken cancellationToken)
    {
        try
        {
            await restart.RunAsync(node, looker, facts.Containerd!, effective, step, cancellationToken).ConfigureAwait(false);
        }
        catch (DistributedApplicationException exception) when (change is not null)
        {
            step.Logger.LogWarning("{Reason}. The change is taken back.", exception.Message);
            await change.TakeBackAsync().ConfigureAwait(false);
            try
            {
                await restart.RunAsync(node, looker, facts.Containerd!, effective, step, cancellationToken).ConfigureAwait(false);
            }
            catch (DistributedApplicationException again)
            {
                throw new DistributedApplicationException(
                    $"{exception.Message}. Its configuration is as it was, but it did not restart with that either ({again.Message}): see to containerd on the node first.", exception);
            }

            throw new DistributedApplicationException(
                $"{exception.Message}. Its configuration is as it was, and it runs with that again. Its log tells what it did not like.", exception);
        }
    }

    private async Task<ShimProgram?> GetProgramAsync(INode node, ContainerdFacts facts, LabStep step, CancellationToken cancellationToken)
    {
        if (options.Shim.Source != ShimSource.Crun)
        {
            var source = sources.Single(source => source.Source == options.Shim.Source);
            return await source.GetAsync(step, node, facts.Architecture, cancellationToken).ConfigureAwait(false);
        }

        return facts.OciRuntime is { IsExecutable: true } runtime && ElfFile.Runs(runtime.Head, facts.Architecture)
            ? null
            : throw new DistributedApplicationException(
                $"{options.Shim.BinaryName} (WasmLab:Shim:BinaryName) {(facts.OciRuntime is null ? "is not there" : $"is no program that a node of {facts.Architecture} can run")}: "
                + "install a crun that was built with WasmEdge (crun --version says +WASM:wasmedge) under that name, or take runwasi's shim (WasmLab:Shim:Source=release).");
    }

    private static async Task CopyProgramAsync(INode node, InstallPlan plan, ShimProgram? program, LabStep step, CancellationToken cancellationToken)
    {
        if (plan.ReplacesProgram)
        {
            await node.MustChangeAsync(step, ["mv", "-f", plan.ProgramPath, plan.ReplacedProgramPath], cancellationToken).ConfigureAwait(false);
        }

        await node.MustChangeAsync(step, ["mkdir", "-p", Path.GetDirectoryName(plan.ProgramPath)!], cancellationToken).ConfigureAwait(false);
        switch (program)
        {
            case { LocalPath: { } local }:
                await node.CopyAsync(step, local, plan.ProgramPath, ShimModes.Program, cancellationToken).ConfigureAwait(false);
                break;
            case { NodePath: { } built }:
                await node.MustChangeAsync(step, ["install", "-m", "755", built, NodeFiles.Part(plan.ProgramPath)], cancellationToken).ConfigureAwait(false);
                await node.MustChangeAsync(step, ["mv", "-f", NodeFiles.Part(plan.ProgramPath), plan.ProgramPath], cancellationToken).ConfigureAwait(false);
                break;
            default:
                step.Logger.LogInformation("Then the shim's program goes to {Path} on node {Node}.", plan.ProgramPath, node.Name);
                break;
        }
    }

    private static async Task CheckOfferedAsync(
        string handler, ContainerdNode looker, ContainerdConfig effective, LabStep step, CancellationToken cancellationToken)
    {
        if (!step.IsRehearsal
            && await looker.OfferedHandlersAsync(effective.Address, cancellationToken).ConfigureAwait(false) is { } offered && !offered.Contains(handler))
        {
            throw new DistributedApplicationException(
                $"containerd was restarted, but offers {string.Join(", ", offered)} only (crictl info): it runs with another configuration. Its log and command line tell which; set WasmLab:Shim:ContainerdConfig.");
        }
    }

    /// <summary>What is wrong with the whole configuration after the change, or null.</summary>
    private static string? Complaint(string handler, InstallPlan plan, ContainerdConfig before, ContainerdConfig after)
    {
        if (before.Runtimes.Keys.FirstOrDefault(name => !after.Runtimes.ContainsKey(name)) is { } lost)
        {
            return $"it would forget its runtime {lost}";
        }

        return after.Runtimes.TryGetValue(handler, out var entry) && entry.IsSameAs(plan.Entry)
            ? null
            : $"it does not see handler {handler} as it is written there ({entry?.Describe() ?? "not at all"})";
    }

    private static void Tell(string handler, INode node, ContainerdFacts facts, ContainerdConfig effective, ContainerdConfigFile file, LabStep step)
    {
        var config = ContainerdConfig.Parse(file.Text, facts.Version);
        step.Logger.LogInformation(
            "Node {Node}: {Architecture}, containerd {Version}; {File} (version {ConfigVersion}), section {Section}; handler {Handler}: {Entry}; default runtime {Default}: {DefaultEntry}.",
            node.Name, facts.Architecture, facts.VersionText, file.Exists ? file.Path : file.Path + ", which is not there yet", config.Version,
            HandlerBlock.Key(config.RuntimesPath), handler, effective.Runtimes.GetValueOrDefault(handler)?.Describe() ?? "none",
            effective.DefaultRuntime, effective.Runtimes.GetValueOrDefault(effective.DefaultRuntime)?.Describe() ?? "none");
        if (!effective.Runtimes.ContainsKey(handler) && config.SectionInVain(handler) is { } inVain)
        {
            step.Logger.LogWarning(
                "Node {Node}: {File} has handler {Handler} in section {Section}, which a file of version {Version} does not use.",
                node.Name, file.Path, handler, HandlerBlock.Key(inVain), config.Version);
        }
    }

    private static void Show(string text, string handler, string path, LabStep step)
    {
        step.Logger.LogInformation("To {Path} are added:", path);
        foreach (var line in HandlerBlock.Find(text, handler)!.Value.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            step.Logger.LogInformation("  {Line}", line);
        }
    }
}
