using System.Text;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace WasmLab.Hosting.WasmShims.Containerd;

/// <summary>Adds a handler to the text of a configuration of containerd and takes it away again; all else keeps its bytes.</summary>
internal static class ContainerdConfigEditor
{
    /// <summary>The first line of a file that was not there before.</summary>
    private const string MadeHere = "# wasmlab: there was no such file before";

    /// <summary>A file for a node that has none, in the version that each containerd from 1.3 on reads.</summary>
    public static string NewFile => $"{MadeHere}{"\n"}version = 2{"\n"}";

    /// <summary>Adds the block; a handler of that name that is not the lab's is turned into comments.</summary>
    /// <param name="text">The file.</param>
    /// <param name="block">What to add.</param>
    /// <param name="reader">The containerd that reads it; null when the file tells its version itself.</param>
    /// <exception cref="FormatException">The text is no TOML, or has the handler in a place where it cannot be turned into comments.</exception>
    public static string Add(string text, HandlerBlock block, Version? reader = null)
    {
        text = Remove(text, block.Handler);
        var before = ContainerdConfig.Parse(text, reader);
        var path = before.RuntimesPath;
        var newLine = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";

        var hidden = Hide(text, [.. path, block.Handler], block.Handler);
        var changed = InlineParent(hidden, path) is { } parent
            ? ReplaceInline(hidden, parent, path, block, newLine)
            : Insert(hidden, EndOfContent(hidden), newLine + newLine + block.ToText(path, newLine));

        var after = ContainerdConfig.Parse(changed, reader);
        return after.Runtimes.TryGetValue(block.Handler, out var entry) && entry.IsSameAs(block.Entry) && Remove(changed, block.Handler) == text
            ? changed
            : throw new FormatException($"handler {block.Handler} cannot be added to it without changing more");
    }

    /// <summary>The text without the handler's block; the same text when the block is not there.</summary>
    public static string Remove(string text, string handler)
    {
        if (HandlerBlock.Find(text, handler) is not { } block)
        {
            return text;
        }

        var hidden = HandlerBlock.Hidden(handler);
        var lines = text.Remove(block.Index, block.Length).Split('\n')
            .Select(line => line.StartsWith(hidden, StringComparison.Ordinal) ? line[hidden.Length..] : line);
        return string.Join('\n', lines);
    }

    /// <summary>True when the lab made the file and nothing else is in it.</summary>
    public static bool IsOursAlone(string text) => text == NewFile;

    /// <summary>Turns what defines the path into comments.</summary>
    private static string Hide(string text, IReadOnlyList<string> path, string handler)
    {
        var lines = new SortedSet<int>();
        foreach (var (key, node, last) in Definitions(text))
        {
            if (key.Take(path.Count).SequenceEqual(path))
            {
                lines.UnionWith(Enumerable.Range(node.Span.Start.Line, last - node.Span.Start.Line + 1));
            }
            else if (node is KeyValueSyntax { Value: InlineTableSyntax table } && path.Take(key.Count).SequenceEqual(key) && Holds(table, [.. path.Skip(key.Count)]))
            {
                throw new FormatException(
                    $"handler {handler} is part of an inline table in line {node.Span.Start.Line + 1}: take it out there by hand, then run the step again");
            }
        }

        return lines.Count == 0
            ? text
            : string.Join('\n', text.Split('\n').Select((line, index) => lines.Contains(index) ? HandlerBlock.Hidden(handler) + line : line));
    }

    /// <summary>The inline table that a header cannot add to: the one that holds the runtimes or a table around them.</summary>
    private static Definition? InlineParent(string text, IReadOnlyList<string> path) =>
        Definitions(text).FirstOrDefault(definition =>
            definition.Node is KeyValueSyntax { Value: InlineTableSyntax } && path.Take(definition.Key.Count).SequenceEqual(definition.Key));

    /// <summary>Turns the inline table's line into a comment and adds one that has the handler, too.</summary>
    private static string ReplaceInline(string text, Definition parent, IReadOnlyList<string> path, HandlerBlock block, string newLine)
    {
        var (place, known) = ((KeyValueSyntax)parent.Node, parent.Key.Count);
        var table = (InlineTableSyntax)place.Value!;
        while (known < path.Count && Inner(table, path[known]) is { } inner)
        {
            (table, known) = (inner, known + 1);
        }

        var lineStart = text.LastIndexOf('\n', Math.Max(0, place.Span.Offset - 1)) + 1;
        var lineEnd = text.IndexOf('\n', Math.Max(0, table.CloseBrace!.Span.Offset));
        lineEnd = lineEnd < 0 ? text.Length : text[lineEnd - 1] == '\r' ? lineEnd - 1 : lineEnd;
        var original = text[lineStart..lineEnd];
        if (original.Contains('\n', StringComparison.Ordinal))
        {
            throw new FormatException($"the inline table in line {place.Span.Start.Line + 1} has several lines: write it as tables with headers, then run the step again");
        }

        var brace = table.CloseBrace.Span.Offset - lineStart;
        var head = original[..brace].TrimEnd();
        var entry = block.ToInlineText(path.Skip(known));
        var rewritten = $"{head}{(table.Items.Any() ? ", " : " ")}{entry} {original[brace..]}";
        return text[..lineStart] + HandlerBlock.Hidden(block.Handler) + original + newLine + newLine + block.Enclose(rewritten, newLine) + text[lineEnd..];
    }

    private static InlineTableSyntax? Inner(InlineTableSyntax table, string name) =>
        table.Items.Select(item => item.KeyValue).FirstOrDefault(item => item is not null && Names(item.Key!) is [var only] && only == name)?.Value as InlineTableSyntax;

    private static bool Holds(InlineTableSyntax table, IReadOnlyList<string> path) =>
        table.Items.Select(item => item.KeyValue).OfType<KeyValueSyntax>().Any(item =>
        {
            var names = Names(item.Key!);
            return names.Count >= path.Count
                ? names.Take(path.Count).SequenceEqual(path)
                : path.Take(names.Count).SequenceEqual(names) && item.Value is InlineTableSyntax inner && Holds(inner, [.. path.Skip(names.Count)]);
        });

    /// <summary>Each table and each value with its full key and its last line.</summary>
    private static List<Definition> Definitions(string text)
    {
        var document = SyntaxParser.Parse(text, "config.toml", validate: true);
        var definitions = new List<Definition>();
        definitions.AddRange(document.KeyValues.Select(value => Of([], value)));
        foreach (var table in document.Tables)
        {
            var name = Names(table.Name!);
            definitions.Add(new(name, table, table.Name!.Span.End.Line));
            definitions.AddRange(table.Items.Select(value => Of(name, value)));
        }

        return definitions;

        static Definition Of(IReadOnlyList<string> table, KeyValueSyntax value) =>
            new([.. table, .. Names(value.Key!)], value, value.Value!.Span.End.Line);
    }

    private static List<string> Names(KeySyntax key) =>
        [Name(key.Key!), .. key.DotKeys.Select(item => Name(item.Key!))];

    private static string Name(BareKeyOrStringValueSyntax key) => key is StringValueSyntax text ? text.Value! : ((BareKeySyntax)key).Key!.Text!;

    /// <summary>Before the last line's end, so that a file without one has none afterwards.</summary>
    private static int EndOfContent(string text) =>
        text.EndsWith("\r\n", StringComparison.Ordinal) ? text.Length - 2 : text.EndsWith('\n') ? text.Length - 1 : text.Length;

    private static string Insert(string text, int position, string inserted) =>
        new StringBuilder(text).Insert(position, inserted).ToString();

    private sealed record Definition(IReadOnlyList<string> Key, SyntaxNode Node, int LastLine);
}
