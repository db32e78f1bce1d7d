using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace WasmLab.Hosting.WasmShims.Containerd;

/// <summary>What a node has, as <c>look.sh</c> tells it.</summary>
internal sealed partial class ContainerdFacts
{
    private readonly Dictionary<string, byte[]> _values;

    private ContainerdFacts(Dictionary<string, byte[]> values) => _values = values;

    /// <summary>As <c>uname -m</c> says it.</summary>
    public string Architecture => Text("architecture") ?? "";

    /// <summary>Path of containerd's program; null when the node has none.</summary>
    public string? Containerd => Text("containerd");

    /// <summary>What <c>containerd --version</c> says, for people.</summary>
    public string VersionText => VersionWord().Match(Text("version") ?? "") is { Success: true } match ? match.Value : Text("version") ?? "of an unknown version";

    /// <summary>Its first two numbers; null when they cannot be read.</summary>
    public Version? Version => Version.TryParse(MajorMinor().Match(VersionText).Value, out var version) ? version : null;

    public bool HasDocker => Text("docker") is not null;

    /// <summary>Configurations that other containerds of the node run with.</summary>
    public IReadOnlyList<string> OtherConfigurations => (Text("other-configurations") ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The configuration, links followed; null when there is no such file.</summary>
    public string? ConfigurationPath => Text("configuration");

    public string? ConfigurationText => _values.TryGetValue("configuration.text", out var bytes) ? Encoding.UTF8.GetString(bytes) : null;

    public UnixFileMode ConfigurationMode =>
        Text("configuration.mode") is { } mode ? (UnixFileMode)Convert.ToInt32(mode, 8) : ShimModes.Configuration;

    /// <summary>True when the running containerd began before its configuration was last changed; false also when that is not known.</summary>
    public bool IsConfigurationNewer =>
        // The process's start is known to the second only.
        Number("started") is { } started && Number("configuration.changed") is { } changed && changed > started + 1;

    /// <summary>True when a containerd was found that runs with the configuration.</summary>
    public bool IsRunning => Text("started") is not null;

    /// <summary>The whole configuration as containerd understands it; null when it refuses it.</summary>
    public string? Dump => Text("dump");

    /// <summary>Why it refuses it.</summary>
    public string? Complaint => Text("complaint");

    /// <summary>The shim's program in the folder that the settings name.</summary>
    public ProgramFacts? Program => ProgramOf("program");

    /// <summary>What the shim's program says of its version.</summary>
    public string? ProgramVersion => Text("program.version") is { } text && ProgramVersionWord().Match(text) is { Success: true } match ? match.Groups[1].Value : null;

    /// <summary>Where containerd finds the shim's program; null when it is in no folder of its PATH.</summary>
    public string? ProgramFound => Text("found");

    /// <summary>The OCI runtime that was asked for.</summary>
    public ProgramFacts? OciRuntime => ProgramOf("oci-runtime");

    /// <summary>Null when a part is missing, as when a connection breaks.</summary>
    public static ContainerdFacts? TryRead(string output)
    {
        var values = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var line in output.Split('\n', StringSplitOptions.TrimEntries))
        {
            if (line.Split('=', 2) is [var name, var value])
            {
                var bytes = new byte[value.Length];
                if (Convert.TryFromBase64String(value, bytes, out var length))
                {
                    values[name] = bytes[..length];
                }
            }
        }

        return values.ContainsKey("end") ? new ContainerdFacts(values) : null;
    }

    private string? Text(string name) => _values.TryGetValue(name, out var bytes) ? Encoding.UTF8.GetString(bytes).TrimEnd('\n') : null;

    private long? Number(string name) =>
        long.TryParse(Text(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private ProgramFacts? ProgramOf(string name) =>
        Text(name) is { } path
            ? new ProgramFacts(path, Text(name + ".sha256") ?? "", Text(name + ".executable") is not null, _values.GetValueOrDefault(name + ".head") ?? [])
            : null;

    [GeneratedRegex(@"(?<=\s)v?\d+\.\d+\S*")]
    private static partial Regex VersionWord();

    [GeneratedRegex(@"\d+\.\d+")]
    private static partial Regex MajorMinor();

    [GeneratedRegex(@"Version:\s*(\S+)")]
    private static partial Regex ProgramVersionWord();
}

/// <summary>A program on a node.</summary>
/// <param name="Path">Where.</param>
/// <param name="Sha256">Its digest.</param>
/// <param name="IsExecutable">Whether root may run it.</param>
/// <param name="Head">Its first bytes.</param>
internal sealed record ProgramFacts(string Path, string Sha256, bool IsExecutable, byte[] Head);

/// <summary>Permissions of the files that the lab puts on a node.</summary>
internal static class ShimModes
{
    public const UnixFileMode Configuration = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public const UnixFileMode Program = Configuration | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
}
