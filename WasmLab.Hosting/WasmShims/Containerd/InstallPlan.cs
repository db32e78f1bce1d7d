namespace WasmLab.Hosting.WasmShims.Containerd;

/// <summary>What has to be done on a node, from what it has.</summary>
/// <param name="Entry">What the handler will stand for.</param>
/// <param name="Text">The file of containerd's configuration as it will be.</param>
internal sealed record InstallPlan(RuntimeEntry Entry, string Text)
{
    public required bool ChangesConfiguration { get; init; }

    public required string ProgramPath { get; init; }

    public bool CopiesProgram { get; init; }

    /// <summary>Another program has the place of the shim's; it is moved to <see cref="ReplacedProgramPath"/>.</summary>
    public bool ReplacesProgram { get; init; }

    public string ReplacedProgramPath => Replaced(ProgramPath);

    public static string Replaced(string program) => program + ".before-wasmlab";

    /// <param name="handler">The handler's name.</param>
    /// <param name="options">The settings.</param>
    /// <param name="facts">What the node has.</param>
    /// <param name="effective">containerd's whole configuration.</param>
    /// <param name="file">The file that would be changed.</param>
    /// <param name="program">The shim's program; null when there is none, or none yet in a rehearsal.</param>
    /// <exception cref="DistributedApplicationException">Something else has the handler's name or the program's place, and the settings do not say to replace it.</exception>
    public static InstallPlan Make(
        string handler, ShimOptions options, ContainerdFacts facts, ContainerdConfig effective, ContainerdConfigFile file, ShimProgram? program)
    {
        var entry = ContainerdHandler.Wanted(options, effective);
        var block = HandlerBlock.Find(file.Text, handler);
        var existing = effective.Runtimes.GetValueOrDefault(handler);
        if (block is null && existing is not null && !existing.IsSameAs(entry) && !options.Replace)
        {
            throw new DistributedApplicationException(
                $"there is a handler {handler} already, and it is another one: {existing.Describe()}{Version(facts, existing)}; the lab would install {entry.Describe()}"
                + $"{(program is null ? "" : $" ({program.Description})")}. It was left as it is. Use another handler name, take it out of {file.Path}, "
                + "or let the lab replace it (WasmLab:Shim:Replace=true; removing the handler then brings the old one back).");
        }

        var plan = new InstallPlan(entry, file.Text) { ChangesConfiguration = false, ProgramPath = $"{options.BinDirectory}/{ContainerdHandler.ProgramName}" };
        var installed = block is null ? null : HandlerBlock.ProgramOf(block);
        if (options.Source != ShimSource.Crun)
        {
            (plan, installed) = plan.WithProgram(options, facts, installed, program);
        }

        if (block is null && existing is not null && existing.IsSameAs(entry))
        {
            // Somebody else's, and right.
            return plan;
        }

        var text = Write(file, new HandlerBlock(handler, entry) { Program = installed, Kept = Kept(handler, file, facts, effective) }, facts);
        return plan with { Text = text, ChangesConfiguration = text != file.Text };
    }

    private (InstallPlan Plan, ShimInstalled? Installed) WithProgram(ShimOptions options, ContainerdFacts facts, ShimInstalled? installed, ShimProgram? program)
    {
        var present = facts.Program;
        if (program is null)
        {
            return (this with { CopiesProgram = present is null }, installed);
        }

        if (present?.Sha256 == program.Sha256 && present.IsExecutable)
        {
            return (this, installed);
        }

        var isOurs = present is null || present.Sha256 == program.Sha256 || present.Sha256 == installed?.Sha256;
        if (!isOurs && !options.Replace)
        {
            throw new DistributedApplicationException(
                $"{ProgramPath} is there already, and it is another one: {facts.ProgramVersion ?? "version unknown"}, sha256 {present!.Sha256}; the lab would install "
                + $"{program.Description}, sha256 {program.Sha256}. It was left as it is. Take it away, choose another folder (WasmLab:Shim:BinDirectory), "
                + "or let the lab replace it (WasmLab:Shim:Replace=true; removing the handler then brings the old one back).");
        }

        return (
            this with { CopiesProgram = true, ReplacesProgram = !isOurs },
            new ShimInstalled(ProgramPath, program.Sha256, HasReplaced: !isOurs || installed is { HasReplaced: true }));
    }

    private static string Write(ContainerdConfigFile file, HandlerBlock block, ContainerdFacts facts)
    {
        try
        {
            return ContainerdConfigEditor.Add(file.Text, block, facts.Version);
        }
        catch (FormatException exception)
        {
            throw new DistributedApplicationException($"{file.Path} cannot be changed: {exception.Message}.", exception);
        }
    }

    /// <summary>The runtimes that only containerd's defaults name, without the options that say nothing.</summary>
    private static Dictionary<string, RuntimeEntry> Kept(string handler, ContainerdConfigFile file, ContainerdFacts facts, ContainerdConfig effective) =>
        ContainerdConfig.Parse(ContainerdConfigEditor.Remove(file.Text, handler), facts.Version).Runtimes.Count > 0
            ? []
            : effective.Runtimes.Where(runtime => runtime.Key != handler).ToDictionary(
                runtime => runtime.Key,
                runtime => runtime.Value with { Options = runtime.Value.Options.Where(option => option.Value is not (false or 0L)).ToDictionary() });

    private static string Version(ContainerdFacts facts, RuntimeEntry existing) =>
        existing.Program == ContainerdHandler.ProgramName && facts.ProgramVersion is { } version ? $", version {version}" : "";
}
