using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;

namespace WasmLab.EmbeddedCluster.Api.Schemas;

/// <summary>
/// The types of the objects served, read from the <c>*.schema</c> files beside this one. In them a type is a line with its name and, indented,
/// a line a field: <c>name: type #number marks "description"</c>. <c>[T]</c> is a list, <c>{T}</c> a map; the number is the field's place in the
/// binary form (<c>#2.1</c>: in the message that is field 2); the marks are <c>required</c>, <c>pointer</c>,
/// <c>patch=</c> and <c>mergeKey=</c> (strategic merge patch), <c>list=</c>, <c>keys=</c>, <c>map=</c>, <c>struct=</c> (server-side apply), <c>default=</c>.
/// </summary>
internal sealed partial class SchemaCatalog
{
    private static readonly Dictionary<string, ScalarKind> s_scalars = new(StringComparer.Ordinal)
    {
        ["string"] = ScalarKind.String,
        ["boolean"] = ScalarKind.Boolean,
        ["int32"] = ScalarKind.Int32,
        ["int64"] = ScalarKind.Int64,
        ["double"] = ScalarKind.Double,
        ["time"] = ScalarKind.Time,
        ["microtime"] = ScalarKind.MicroTime,
        ["quantity"] = ScalarKind.Quantity,
        ["intOrString"] = ScalarKind.IntOrString,
        ["bytes"] = ScalarKind.Bytes,
    };

    private readonly Dictionary<string, StructType> _types = new(StringComparer.Ordinal);

    private SchemaCatalog()
    {
    }

    /// <summary>The catalog of all kinds served.</summary>
    public static SchemaCatalog Default { get; } = LoadEmbedded();

    /// <summary>All types, in the order of the files.</summary>
    public IReadOnlyCollection<StructType> Types => _types.Values;

    /// <summary>The type of that name, such as <c>core.v1.Pod</c>.</summary>
    public StructType this[string name] =>
        _types.TryGetValue(name, out var type) ? type : throw new KeyNotFoundException($"no schema has a type '{name}'");

    /// <summary>Reads the text of schema files.</summary>
    /// <exception cref="FormatException">A line is no schema.</exception>
    public static SchemaCatalog Parse(IEnumerable<string> texts)
    {
        var catalog = new SchemaCatalog();
        foreach (var text in texts)
        {
            catalog.Read(text);
        }

        return catalog;
    }

    private static SchemaCatalog LoadEmbedded()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return Parse(assembly.GetManifestResourceNames().Where(name => name.EndsWith(".schema", StringComparison.Ordinal)).Order().Select(name =>
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            return reader.ReadToEnd();
        }));
    }

    private void Read(string text)
    {
        Dictionary<string, SchemaField>? fields = null;
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (char.IsWhiteSpace(line[0]))
            {
                var field = ReadField(line);
                (fields ?? throw new FormatException($"a field before any type: {line}")).Add(field.Name, field);
            }
            else
            {
                var match = TypeLine().Match(line);
                fields = new(StringComparer.Ordinal);
                var name = match.Success ? match.Groups["name"].Value : throw new FormatException($"not a line of a schema: {line}");
                _types.Add(name, new(name, match.Groups["text"].Value, match.Groups["atomic"].Success, fields));
            }
        }
    }

    private SchemaField ReadField(string line)
    {
        var match = FieldLine().Match(line);
        if (!match.Success)
        {
            throw new FormatException($"not a line of a schema: {line}");
        }

        var marks = match.Groups["mark"].Captures.Select(mark => mark.Value.Split('=', 2))
            .ToDictionary(mark => mark[0], mark => mark.ElementAtOrDefault(1) ?? "", StringComparer.Ordinal);
        var type = match.Groups["type"].Value;
        var patch = marks.GetValueOrDefault("patch", "").Split(',');
        return new SchemaField(match.Groups["name"].Value, () => TypeOf(type, marks))
        {
            Description = match.Groups["text"].Value,
            Required = marks.ContainsKey("required"),
            PatchMerge = patch.Contains("merge"),
            PatchMergeKey = marks.GetValueOrDefault("mergeKey"),
            Numbers = [.. match.Groups["numbers"].Value.Split('.', StringSplitOptions.RemoveEmptyEntries).Select(number => int.Parse(number, CultureInfo.InvariantCulture))],
            Pointer = marks.ContainsKey("pointer"),
            Default = marks.GetValueOrDefault("default"),
        };
    }

    private SchemaType TypeOf(string name, IReadOnlyDictionary<string, string> marks)
    {
        switch (name)
        {
            case ['[', .. var item, ']']:
                var kind = marks.GetValueOrDefault("list") switch
                {
                    "map" => ListKind.Map,
                    "set" => ListKind.Set,
                    _ => ListKind.Atomic,
                };
                return new ListType(TypeOf(item, NoMarks), kind, marks.GetValueOrDefault("keys", "").Split(',', StringSplitOptions.RemoveEmptyEntries));
            case ['{', .. var value, '}']:
                return new MapType(TypeOf(value, NoMarks), marks.GetValueOrDefault("map") == "atomic");
            case "any":
                return new AnyType();
            default:
                return s_scalars.TryGetValue(name, out var scalar) ? new ScalarType(scalar)
                    : marks.GetValueOrDefault("struct") == "atomic" ? this[name] with { Atomic = true }
                    : this[name];
        }
    }

    private static IReadOnlyDictionary<string, string> NoMarks { get; } = new Dictionary<string, string>();

    [GeneratedRegex("""^(?<name>[\w.]+)(?<atomic> atomic)?( "(?<text>.*)")?$""", RegexOptions.CultureInvariant)]
    private static partial Regex TypeLine();

    [GeneratedRegex("""^  (?<name>[\w$-]+): (?<type>[\w.\[\]{}]+)( #(?<numbers>[\d.]+))?( (?<mark>[\w]+(=\S+)?))*( "(?<text>.*)")?$""", RegexOptions.CultureInvariant)]
    private static partial Regex FieldLine();
}
