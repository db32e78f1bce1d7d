namespace WasmLab.Hosting.WasmShims.Containerd;

/// <summary>The file of containerd's configuration that the handler belongs into.</summary>
/// <param name="Path">On the node.</param>
/// <param name="Text">What is in it, or what it begins with when it is new.</param>
/// <param name="Mode">Its permissions.</param>
internal sealed record ContainerdConfigFile(string Path, string Text, UnixFileMode Mode)
{
    /// <summary>The main file, which the others are imported by.</summary>
    public required string Main { get; init; }

    public required bool Exists { get; init; }

    public bool IsMain => Path == Main;

    public string BackupPath => Path + ".before-wasmlab";

    /// <summary>
    /// The last file that names a runtime, or else the last that says anything of the CRI plugin, or else the main one: containerd 1.x takes a
    /// plugin's whole section from the last file that has it.
    /// </summary>
    /// <exception cref="FormatException">A file is no TOML or no UTF-8.</exception>
    public static async Task<ContainerdConfigFile> FindAsync(
        ContainerdNode node, ContainerdFacts facts, ContainerdConfig effective, ShimOptions options, CancellationToken cancellationToken)
    {
        if (facts.ConfigurationPath is not { } path)
        {
            return new ContainerdConfigFile(options.ContainerdConfig, ContainerdConfigEditor.NewFile, ShimModes.Configuration)
            {
                Main = options.ContainerdConfig,
                Exists = false,
            };
        }

        var main = new ContainerdConfigFile(path, facts.ConfigurationText ?? "", facts.ConfigurationMode) { Main = path, Exists = true };
        if (main.Text.Contains('\uFFFD', StringComparison.Ordinal))
        {
            throw new FormatException("it is no UTF-8");
        }

        var files = new List<ContainerdConfigFile> { main };
        foreach (var import in effective.Imports.Where(import => import != path && import != options.ContainerdConfig))
        {
            if (await node.ReadFileAsync(import, cancellationToken).ConfigureAwait(false) is { } text)
            {
                files.Add(main with { Path = import, Text = text, Mode = ShimModes.Configuration });
            }
        }

        return files.FindLast(file => ContainerdConfig.Parse(file.Text, facts.Version).Runtimes.Count > 0)
            ?? files.FindLast(file => ContainerdConfig.Parse(file.Text, facts.Version).HasCriPlugin)
            ?? main;
    }
}
