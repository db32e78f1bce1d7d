using System.Globalization;
using Tomlyn.Model;

namespace WasmLab.Hosting.WasmShims.Containerd;

/// <summary>A runtime of containerd's CRI plugin: what a handler's name stands for.</summary>
/// <param name="Type">Its <c>runtime_type</c>, which names the shim: <c>io.containerd.NAME.VERSION</c> is <c>containerd-shim-NAME-VERSION</c>.</param>
/// <param name="Options">Its options that are text, numbers or flags; those that say nothing are left out.</param>
internal sealed record RuntimeEntry(string Type, IReadOnlyDictionary<string, object> Options)
{
    /// <summary>The OCI runtime that the shim starts.</summary>
    public string? BinaryName => Options.GetValueOrDefault("BinaryName") as string;

    /// <summary>Whether systemd makes its cgroups; null when nothing is said, which is no.</summary>
    public bool? SystemdCgroup => Options.GetValueOrDefault("SystemdCgroup") as bool?;

    /// <summary>The name of the shim's program, or null when the type is none that names one.</summary>
    public string? Program =>
        Type.Split('.') is ["io", "containerd", var name, var version] ? $"containerd-shim-{name}-{version}" : null;

    public static RuntimeEntry Read(TomlTable runtime)
    {
        var options = runtime.TryGetValue("options", out var value) && value is TomlTable table ? table : [];
        return new RuntimeEntry(
            runtime.TryGetValue("runtime_type", out var type) ? type as string ?? "" : "",
            options.Where(option => option.Value is bool or long || option.Value is string { Length: > 0 }).ToDictionary());
    }

    /// <summary>True when a pod would notice no difference.</summary>
    public bool IsSameAs(RuntimeEntry other) =>
        Type == other.Type && BinaryName == other.BinaryName && (SystemdCgroup ?? false) == (other.SystemdCgroup ?? false);

    /// <summary>In a few words.</summary>
    public string Describe() =>
        $"runtime_type {Type}" + string.Concat(Options.OrderBy(option => option.Key, StringComparer.Ordinal).Select(option => $", {option.Key} {Text(option.Value)}"));

    private static string Text(object value) => value is bool flag ? flag ? "true" : "false" : Convert.ToString(value, CultureInfo.InvariantCulture)!;
}
