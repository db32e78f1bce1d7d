using System.Globalization;

namespace WasmLab.Shim.Inspection;

/// <summary>A report for a reader.</summary>
internal static class TextReport
{
    public static void Write(ModuleReport report, TextWriter output)
    {
        output.WriteLine(Invariant($"module of {report.Size} bytes"));
        WriteList(output, "sections", report.Sections.Select(section =>
            Invariant($"{(section.IsCustom ? $"custom \"{section.Name}\"" : section.Name),-24} {section.Size,9} bytes at 0x{section.Offset:x}")));
        if (report.Content is not { } content)
        {
            return;
        }

        WriteList(output, "imports", content.Imports);
        WriteList(output, "exports", content.Exports);
        WriteList(output, "memories", content.Memories);
        WriteList(output, "tables", content.Tables);
        WriteList(output, "code", [Invariant($"{content.Functions} functions, the largest has {content.LargestFunction} bytes"), Invariant($"{content.Globals} globals")]);
        WriteList(output, "features", [string.Join(' ', content.Features.DefaultIfEmpty("WebAssembly 1.0 only"))]);
        WriteList(output, "target features", [string.Join(' ', content.TargetFeatures.DefaultIfEmpty("not told"))]);
        WriteWasi(output, content.Wasi);
        WriteNode(output, content.Node);
    }

    private static void WriteWasi(TextWriter output, WasiUse wasi)
    {
        List<string> lines = [];
        if (wasi.Interfaces.Count > 0)
        {
            lines.Add($"{string.Join(", ", wasi.Interfaces)}: {string.Join(' ', wasi.Functions)}");
        }

        if (wasi.SocketVersion is { } version)
        {
            lines.Add($"WasmEdge sockets {version}: {string.Join(' ', wasi.SocketFunctions)}");
        }

        WriteList(output, "WASI", lines);
    }

    private static void WriteNode(TextWriter output, NodeNeeds node)
    {
        List<string> lines =
        [
            node.Kind switch
            {
                "command" => "a command: _start runs to its end",
                "reactor" => "a reactor: _initialize prepares it for calls, a pod does not run it",
                _ => "a library: it has no _start, a pod does not run it",
            },
        ];
        if (node.Handler is { } handler)
        {
            lines.Add($"a RuntimeClass with handler {handler}");
        }

        lines.AddRange(node.Needs.Select(need => $"needs {need}"));
        lines.AddRange(node.MissingImports.Select(import => $"cannot be given {import}"));
        WriteList(output, "to run it, a node", lines);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static void WriteList(TextWriter output, string title, IEnumerable<string> lines)
    {
        output.WriteLine($"{title}:");
        foreach (var line in lines.DefaultIfEmpty("none"))
        {
            output.WriteLine($"  {line}");
        }
    }
}
