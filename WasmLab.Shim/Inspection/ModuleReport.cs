using System.Globalization;
using System.Text;
using WasmLab.Wasm;

namespace WasmLab.Shim.Inspection;

/// <summary>What a module is made of, for a reader.</summary>
internal static class ModuleReport
{
    private const int HeaderSize = 8;

    private static readonly string[] SectionNames =
        ["custom", "type", "import", "function", "table", "memory", "global", "export", "start", "element", "code", "data", "data count"];

    public static void Write(byte[] wasm, Engine engine, TextWriter output)
    {
        var module = Module.Load(engine, wasm);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"module of {wasm.Length} bytes"));
        output.WriteLine("sections:");
        foreach (var (name, offset, size) in Sections(wasm))
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {name,-24} {size,9} bytes at 0x{offset:x}"));
        }

        WriteList(output, "imports", module.Imports.Select(import => import.ToString()));
        WriteList(output, "exports", module.Exports.Select(export => export.ToString()));
        WriteList(output, "memory", module.Imports.Select(import => import.Type).Concat(module.Exports.Select(export => export.Type))
            .OfType<MemoryType>().Select(memory => memory.ToString()));
    }

    /// <summary>The sections in the order of the file. The bytes have been decoded before, so their lengths hold.</summary>
    internal static IEnumerable<(string Name, int Offset, int Size)> Sections(byte[] wasm)
    {
        var position = HeaderSize;
        while (position < wasm.Length)
        {
            var id = wasm[position++];
            var size = ReadLength(wasm, ref position);
            var name = id < SectionNames.Length ? SectionNames[id] : $"section {id}";
            if (id == 0)
            {
                var start = position;
                var length = ReadLength(wasm, ref start);
                name = $"custom \"{Encoding.UTF8.GetString(wasm, start, length)}\"";
            }

            yield return (name, position, size);
            position += size;
        }
    }

    private static int ReadLength(byte[] wasm, ref int position)
    {
        var value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = wasm[position++];
            value |= (next & 0x7F) << shift;
            if ((next & 0x80) == 0)
            {
                return value;
            }
        }
    }

    private static void WriteList(TextWriter output, string title, IEnumerable<string> lines)
    {
        output.WriteLine($"{title}:");
        foreach (var line in lines.DefaultIfEmpty("none"))
        {
            output.WriteLine($"  {line}");
        }
    }
}
