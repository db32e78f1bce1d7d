using System.Text;
using WasmLab.Wasm.Binary;

namespace WasmLab.Wasm.Inspection;

/// <summary>A section of a module.</summary>
/// <param name="Name">Its kind, such as <c>code</c>; of a custom section its own name.</param>
/// <param name="IsCustom">Whether it is a custom section, which no engine needs.</param>
/// <param name="Offset">Where its content begins in the file.</param>
/// <param name="Size">The bytes of its content.</param>
public sealed record ModuleSection(string Name, bool IsCustom, int Offset, int Size)
{
    private const int HeaderSize = 8;

    private static readonly string[] Names =
        ["custom", "type", "import", "function", "table", "memory", "global", "export", "start", "element", "code", "data", "data count", "tag"];

    /// <summary>Lists the sections of a file, valid or not. What comes after bytes that are no section is left out.</summary>
    /// <param name="wasm">The binary format.</param>
    public static IReadOnlyList<ModuleSection> List(ReadOnlySpan<byte> wasm)
    {
        var sections = new List<ModuleSection>();
        var position = HeaderSize;
        while (position < wasm.Length)
        {
            var id = wasm[position++];
            if (!TryReadLength(wasm, ref position, out var size) || size > wasm.Length - position)
            {
                break;
            }

            var name = id == 0 ? CustomName(wasm.Slice(position, size)) : id < Names.Length ? Names[id] : $"section {id}";
            sections.Add(new ModuleSection(name, id == 0, position, size));
            position += size;
        }

        return sections;
    }

    private static string CustomName(ReadOnlySpan<byte> content)
    {
        var position = 0;
        return TryReadLength(content, ref position, out var length) && length <= content.Length - position
            ? Encoding.UTF8.GetString(content.Slice(position, length))
            : "";
    }

    private static bool TryReadLength(ReadOnlySpan<byte> bytes, ref int position, out int length)
    {
        try
        {
            var reader = new WasmReader(bytes, position, bytes.Length, null, WasmFeatures.None);
            var value = reader.ReadU32();
            position = reader.Position;
            length = (int)Math.Min(value, int.MaxValue);
            return true;
        }
        catch (ModuleException)
        {
            length = 0;
            return false;
        }
    }
}
