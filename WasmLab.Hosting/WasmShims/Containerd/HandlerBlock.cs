using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace WasmLab.Hosting.WasmShims.Containerd;

/// <summary>
/// What the lab adds to a configuration of containerd: lines between two comments that name the handler, so that taking them away leaves
/// the file as it was, to the byte.
/// </summary>
/// <param name="Handler">The handler's name.</param>
/// <param name="Entry">What it stands for.</param>
internal sealed partial record HandlerBlock(string Handler, RuntimeEntry Entry)
{
    /// <summary>The shim's program that the lab put on the node for it.</summary>
    public ShimInstalled? Program { get; init; }

    /// <summary>
    /// Other runtimes, which the configuration named nowhere: containerd 1.x forgets its own default runtime as soon as a file names any.
    /// </summary>
    public IReadOnlyDictionary<string, RuntimeEntry> Kept { get; init; } = new Dictionary<string, RuntimeEntry>();

    /// <summary>The comment before it, up to the handler's name, and the one after it.</summary>
    private static string Begin(string handler) => $"# wasmlab: begin of handler {handler}";

    private static string End(string handler) => $"# wasmlab: end of handler {handler}";

    /// <summary>Its lines, the comments among them, without a line's end after the last.</summary>
    /// <param name="path">Where the configuration's version has the runtimes.</param>
    /// <param name="newLine">How the file ends lines.</param>
    public string ToText(IReadOnlyList<string> path, string newLine)
    {
        var lines = Comments();
        foreach (var (name, entry) in Kept.OrderBy(kept => kept.Key, StringComparer.Ordinal))
        {
            lines.Add("# The default runtime as it was: containerd forgets it when a file names any other.");
            Add(name, entry);
        }

        Add(Handler, Entry);
        lines.Add(End(Handler));
        return string.Join(newLine, lines);

        void Add(string name, RuntimeEntry entry)
        {
            lines.Add($"[{Key([.. path, name])}]");
            lines.Add($"  runtime_type = {Value(entry.Type)}");
            if (entry.Options.Count > 0)
            {
                lines.Add($"  [{Key([.. path, name, "options"])}]");
                lines.AddRange(Sorted(entry).Select(option => $"    {option.Key} = {Value(option.Value)}"));
            }
        }
    }

    /// <summary>The same between the braces of an inline table, where there can be neither lines nor comments.</summary>
    public string ToInlineText(IEnumerable<string> path)
    {
        var text = new StringBuilder();
        var names = path.ToList();
        names.ForEach(name => text.Append(CultureInfo.InvariantCulture, $"{Key([name])} = {{ "));
        text.AppendJoin(", ", Kept.OrderBy(kept => kept.Key, StringComparer.Ordinal).Append(new(Handler, Entry)).Select(runtime =>
        {
            var options = runtime.Value.Options.Count == 0
                ? ""
                : $", options = {{ {string.Join(", ", Sorted(runtime.Value).Select(option => $"{option.Key} = {Value(option.Value)}"))} }}";
            return $"{Key([runtime.Key])} = {{ runtime_type = {Value(runtime.Value.Type)}{options} }}";
        }));
        names.ForEach(_ => text.Append(" }"));
        return text.ToString();
    }

    /// <summary>Lines that stand in the place of others, between the block's comments.</summary>
    public string Enclose(string lines, string newLine) => string.Join(newLine, [.. Comments(), lines, End(Handler)]);

    /// <summary>What begins a line of the user's that the block stands for as long as it is there.</summary>
    public static string Hidden(string handler) => $"# wasmlab {handler}: ";

    /// <summary>Where the block is, with the two line ends before it, which belong to it; null when there is none.</summary>
    public static Match? Find(string text, string handler)
    {
        var match = Regex.Match(
            text,
            $@"(?:\r?\n){{2}}{Regex.Escape(Begin(handler))}\..*?\n{Regex.Escape(End(handler))}(?=\r?\n|\z)",
            RegexOptions.Singleline | RegexOptions.CultureInvariant);
        return match.Success ? match : null;
    }

    /// <summary>The program that the lab put on the node for the block, as its comment tells.</summary>
    public static ShimInstalled? ProgramOf(Match block) =>
        ProgramComment().Match(block.Value) is { Success: true } match
            ? new ShimInstalled(match.Groups["path"].Value, match.Groups["digest"].Value, match.Groups["replaced"].Success)
            : null;

    /// <summary>True when any handler of the lab is in the text.</summary>
    public static bool IsAnyIn(string text) => text.Contains("\n# wasmlab: begin of handler ", StringComparison.Ordinal);

    /// <summary>A dotted key.</summary>
    public static string Key(IEnumerable<string> path) =>
        string.Join('.', path.Select(name => BareKey().IsMatch(name) ? name : Value(name)));

    private List<string> Comments()
    {
        List<string> lines = [$"{Begin(Handler)}. WasmLab added these lines and takes them away again."];
        if (Program is { } program)
        {
            lines.Add($"# wasmlab: program {program.Path} sha256 {program.Sha256}{(program.HasReplaced ? " in the place of another" : "")}");
        }

        return lines;
    }

    private static IEnumerable<KeyValuePair<string, object>> Sorted(RuntimeEntry entry) =>
        entry.Options.OrderBy(option => option.Key, StringComparer.Ordinal);

    private static string Value(object value) => value switch
    {
        bool flag => flag ? "true" : "false",
        long number => number.ToString(CultureInfo.InvariantCulture),
        _ => $"\"{((string)value).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"",
    };

    [GeneratedRegex(@"^# wasmlab: program (?<path>\S+) sha256 (?<digest>[0-9a-f]{64})(?<replaced> in the place of another)?\r?$", RegexOptions.Multiline)]
    private static partial Regex ProgramComment();

    [GeneratedRegex("^[A-Za-z0-9_-]+$")]
    private static partial Regex BareKey();
}

/// <summary>A shim's program that the lab put on a node.</summary>
/// <param name="Path">Where.</param>
/// <param name="Sha256">Its digest.</param>
/// <param name="HasReplaced">Another program had its place and lies beside it.</param>
internal sealed record ShimInstalled(string Path, string Sha256, bool HasReplaced);
