using Tomlyn;
using Tomlyn.Model;

namespace WasmLab.Hosting.WasmShims.Containerd;

/// <summary>A configuration of containerd, one file of it or the whole as <c>containerd config dump</c> prints it.</summary>
internal sealed class ContainerdConfig
{
    private static readonly string[][] s_pluginsByVersion =
    [
        ["plugins", "cri"],
        ["plugins", "io.containerd.grpc.v1.cri"],
        ["plugins", "io.containerd.cri.v1.runtime"],
    ];

    private readonly TomlTable _root;
    private readonly string[] _plugin;

    private ContainerdConfig(TomlTable root, Version? reader)
    {
        _root = root;
        // containerd 2 does not carry the oldest section over to the newest.
        _plugin = s_pluginsByVersion[HasVersion || reader is not { Major: >= 2 } ? Math.Clamp(Version, 1, 3) - 1 : 2];
    }

    /// <summary>The version that the file says it has; one that says nothing has 1.</summary>
    public int Version => _root.TryGetValue("version", out var version) && version is long number ? (int)number : 1;

    /// <summary>
    /// Where this version has the CRI plugin's runtimes (containerd's docs/PLUGINS.md and docs/cri/config.md): containerd 1.x reads versions 1
    /// and 2, containerd 2.0 those and 3, containerd 2.3 those and 4.
    /// </summary>
    public IReadOnlyList<string> RuntimesPath => [.. _plugin, "containerd", "runtimes"];

    /// <summary>Whether the file says anything of the CRI plugin.</summary>
    public bool HasCriPlugin => Find(_plugin) is TomlTable;

    /// <summary>The runtimes by the names of their handlers.</summary>
    public IReadOnlyDictionary<string, RuntimeEntry> Runtimes => RuntimesAt(RuntimesPath);

    public string DefaultRuntime => Find([.. _plugin, "containerd", "default_runtime_name"]) as string is { Length: > 0 } name ? name : "runc";

    /// <summary>In a dump: the files that it was made of, the main one among them.</summary>
    public IReadOnlyList<string> Imports => Texts("imports");

    public IReadOnlyList<string> DisabledPlugins => Texts("disabled_plugins");

    /// <summary>The socket that containerd serves, where the version keeps it at the top or in a plugin of its own.</summary>
    public string? Address =>
        (Find(["grpc", "address"]) ?? Find(["plugins", "io.containerd.server.v1.grpc", "address"])) as string is { Length: > 0 } address ? address : null;

    /// <param name="text">A file, or what <c>containerd config dump</c> prints.</param>
    /// <param name="reader">The containerd that reads it; null when the text tells its version itself.</param>
    /// <exception cref="FormatException">It is no TOML; the message says where.</exception>
    public static ContainerdConfig Parse(string text, Version? reader = null)
    {
        try
        {
            return new ContainerdConfig(TomlSerializer.Deserialize<TomlTable>(text) ?? [], reader);
        }
        catch (TomlException exception)
        {
            throw new FormatException($"it is no valid TOML: {exception.Message.Trim()}", exception);
        }
    }

    /// <summary>The path of the section that has the handler although this version does not read it there; null when there is none.</summary>
    public IReadOnlyList<string>? SectionInVain(string handler) =>
        s_pluginsByVersion.Where(plugin => plugin != _plugin)
            .Select(plugin => (string[])[.. plugin, "containerd", "runtimes"])
            .FirstOrDefault(path => RuntimesAt(path).ContainsKey(handler));

    /// <summary>True when both say the same but for one handler.</summary>
    public bool IsSameWithout(string handler, ContainerdConfig other) =>
        SameTables(_root, other._root, [], [.. RuntimesPath, handler]);

    private bool HasVersion => _root.ContainsKey("version");

    private Dictionary<string, RuntimeEntry> RuntimesAt(IReadOnlyList<string> path) =>
        Find(path) is TomlTable runtimes
            ? runtimes.Where(runtime => runtime.Value is TomlTable).ToDictionary(runtime => runtime.Key, runtime => RuntimeEntry.Read((TomlTable)runtime.Value))
            : [];

    private object? Find(IReadOnlyList<string> path)
    {
        object? value = _root;
        foreach (var name in path)
        {
            value = value is TomlTable table && table.TryGetValue(name, out var next) ? next : null;
        }

        return value;
    }

    private IReadOnlyList<string> Texts(string name) =>
        _root.TryGetValue(name, out var value) && value is TomlArray array ? [.. array.OfType<string>()] : [];

    /// <summary>A table that only leads to the handler counts as none.</summary>
    private static bool SameTables(TomlTable left, TomlTable right, string[] path, string[] handler) =>
        left.Keys.Union(right.Keys).All(name =>
        {
            string[] inner = [.. path, name];
            if (inner.SequenceEqual(handler))
            {
                return true;
            }

            var (one, two) = (left.GetValueOrDefault(name), right.GetValueOrDefault(name));
            return handler.Take(inner.Length).SequenceEqual(inner)
                ? SameTables(one as TomlTable ?? [], two as TomlTable ?? [], inner, handler)
                : SameValues(one, two);
        });

    private static bool SameValues(object? left, object? right) => (left, right) switch
    {
        (TomlTable one, TomlTable two) => one.Keys.Union(two.Keys).All(name => SameValues(one.GetValueOrDefault(name), two.GetValueOrDefault(name))),
        (TomlArray one, TomlArray two) => one.Count == two.Count && one.Zip(two).All(pair => SameValues(pair.First, pair.Second)),
        (TomlTableArray one, TomlTableArray two) => one.Count == two.Count && one.Zip(two).All(pair => SameValues(pair.First, pair.Second)),
        _ => Equals(left, right),
    };
}

internal static class TomlTableExtensions
{
    public static object? GetValueOrDefault(this TomlTable table, string name) => table.TryGetValue(name, out var value) ? value : null;
}
