using WasmLab.Hosting.WasmShims;
using WasmLab.Hosting.WasmShims.Containerd;

namespace WasmLab.Hosting.Diagnosis;

/// <summary>What the facts of a node mean for a handler.</summary>
/// <param name="handler">The handler's name.</param>
/// <param name="step">The shim step's name, for remedies.</param>
/// <param name="options">The shim's settings.</param>
internal sealed class HandlerExamination(string handler, string step, ShimOptions options)
{
    private readonly string _install = $"'{step}': command 'Run again' or 'Install handler'";

    /// <summary>Is it configured where containerd reads it, as the lab would write it?</summary>
    /// <param name="node">The node's name.</param>
    /// <param name="facts">What the node has.</param>
    /// <param name="main">The configuration file by itself; null when there is none.</param>
    /// <param name="effective">The configuration as containerd understands it.</param>
    public Finding Handler(string node, ContainerdFacts facts, ContainerdConfig? main, ContainerdConfig effective)
    {
        var link = $"Handler {handler} on {node}";
        var path = facts.ConfigurationPath ?? options.ContainerdConfig;
        if (!effective.Runtimes.TryGetValue(handler, out var entry))
        {
            return main?.SectionInVain(handler) is { } inVain
                ? Finding.Broken(
                    link, $"in section {HandlerBlock.Key(inVain)} of {path}",
                    $"a file of version {main.Version} has the runtimes in section {HandlerBlock.Key(main.RuntimesPath)}: containerd does not see it where it is", _install)
                : Finding.Broken(
                    link, $"not in {path}", $"containerd has no runtime under the name {handler} (it has {string.Join(", ", effective.Runtimes.Keys)})", _install);
        }

        var wanted = ContainerdHandler.Wanted(options, effective);
        if ((entry.SystemdCgroup ?? false) != (wanted.SystemdCgroup ?? false))
        {
            return Finding.Broken(
                link, entry.Describe(),
                $"its cgroup driver is not that of the node's own runtime ({effective.DefaultRuntime}: SystemdCgroup {Text(wanted.SystemdCgroup)}): pods of it fail or escape their limits",
                $"set SystemdCgroup = {Text(wanted.SystemdCgroup)} in its options in {path} and restart containerd");
        }

        return entry.IsSameAs(wanted)
            ? Finding.Holds(link, entry.Describe())
            : Finding.Broken(
                link, entry.Describe(), $"it is another handler than the settings want ({wanted.Describe()})",
                $"WasmLab:Shim:Source chooses what the lab installs; {_install}, with WasmLab:Shim:Replace=true if the handler is somebody else's");
    }

    /// <summary>Is the program that the entry names there, and can the node run it?</summary>
    public Finding Shim(string node, ContainerdFacts facts, RuntimeEntry entry)
    {
        var (link, name) = ($"Shim on {node}", entry.BinaryName ?? entry.Program ?? entry.Type);
        var program = entry.BinaryName is null ? facts.Program : facts.OciRuntime;
        var isOurs = entry.BinaryName is { } runtime ? options.Source == ShimSource.Crun && runtime == options.BinaryName : entry.Program == ContainerdHandler.ProgramName;
        if (!isOurs)
        {
            return Finding.NotExamined(link, $"{name} is not the lab's");
        }

        if (program is null)
        {
            return entry.BinaryName is null && facts.ProgramFound is { } found
                ? Finding.Holds(link, found)
                : Finding.Broken(
                    link, $"{name} is missing", entry.BinaryName is null
                        ? $"it is neither in {options.BinDirectory} nor in another folder of containerd's PATH" : "the handler's BinaryName names a program that is not there",
                    entry.BinaryName is null ? _install : $"install it there, or set WasmLab:Shim:BinaryName, then {_install}");
        }

        if (!program.IsExecutable)
        {
            return Finding.Broken(link, $"{program.Path} is not executable", "its permissions were changed", $"chmod 755 {program.Path} on the node, or {_install}");
        }

        if (!ElfFile.Runs(program.Head, facts.Architecture))
        {
            return Finding.Broken(
                link, $"{program.Path} is for {ElfFile.Architecture(program.Head) ?? "no processor: it is no program"}", $"the node is {facts.Architecture}: containerd gets 'exec format error'",
                $"delete {program.Path} on the node, then {_install}");
        }

        return entry.BinaryName is null && facts.ProgramFound is null
            ? Finding.Broken(
                link, $"{program.Path}, in no folder of containerd's PATH", "containerd looks for shims in the folders of its PATH and beside its own program",
                "set WasmLab:Shim:BinDirectory to one of these folders (/usr/local/bin mostly is one), then run the step again")
            : Finding.Holds(link, $"{program.Path}{(facts.ProgramVersion is { } version ? $", version {version}" : "")}");
    }

    /// <summary>Has the running containerd read it?</summary>
    public Finding Loaded(string node, ContainerdFacts facts, IReadOnlySet<string>? offered, bool? answers)
    {
        var link = $"Runtimes on {node}";
        const string Restart = "it reads its configuration only when it starts";
        if (answers is false)
        {
            return Finding.Broken(link, "containerd does not answer", "it does not run, or has just been started", $"on the node: {options.RestartCommand}; its log is journalctl -u containerd");
        }

        if (offered is not null && !offered.Contains(handler))
        {
            return Finding.Broken(link, $"containerd offers {string.Join(", ", offered)}", Restart, $"on the node: {options.RestartCommand}");
        }

        return facts.IsConfigurationNewer
            ? Finding.Broken(link, $"containerd started before {facts.ConfigurationPath} was changed last", Restart, $"on the node: {options.RestartCommand}")
            : Finding.Holds(link, offered is not null ? $"containerd offers {handler}" : answers is true ? "containerd answers" : "containerd has no client here to ask it by");
    }

    private static string Text(bool? flag) => flag is true ? "true" : "false";
}
