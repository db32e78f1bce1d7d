using WasmLab.Wasm;
using WasmLab.Wasm.Binary;

namespace WasmLab.Fuzz.Mutation;

/// <summary>The bodies of a code section.</summary>
internal static class FunctionBodies
{
    private const byte CodeSectionId = 10;

    /// <summary>Where the code section stands among the sections; negative when there is none.</summary>
    public static int SectionOf(ModuleSections module) => module.Sections.FindIndex(section => section.Id == CodeSectionId);

    /// <summary>Reads the bodies, or none when the section makes no sense.</summary>
    public static List<byte[]> Read(byte[] content)
    {
        List<byte[]> bodies = [];
        var position = 0;
        if (!Leb128.TryReadUnsigned(content, ref position, out var count) || count > (ulong)content.Length)
        {
            return [];
        }

        for (ulong i = 0; i < count; i++)
        {
            if (!Leb128.TryReadUnsigned(content, ref position, out var size) || size > (ulong)(content.Length - position))
            {
                return [];
            }

            bodies.Add(content.AsSpan(position, (int)size).ToArray());
            position += (int)size;
        }

        return bodies;
    }

    public static byte[] Write(List<byte[]> bodies)
    {
        List<byte> content = [];
        Leb128.WriteUnsigned(content, (ulong)bodies.Count);
        foreach (var body in bodies)
        {
            Leb128.WriteUnsigned(content, (ulong)body.Length);
            content.AddRange(body);
        }

        return [.. content];
    }

    /// <summary>Splits a body into its declarations of locals and its instructions, as far as they can be read.</summary>
    public static (byte[] Locals, List<byte[]> Instructions) Split(byte[] body)
    {
        var start = SkipLocals(body);
        List<byte[]> instructions = [];
        var reader = new WasmReader(body, start, body.Length, "code", WasmFeatures.All);
        try
        {
            while (!reader.AtEnd)
            {
                InstructionDecoder.Read(ref reader, out var instruction);
                instructions.Add(body[instruction.Offset..reader.Position]);
            }
        }
        catch (ModuleException)
        {
            // What cannot be read stays as it is.
            var read = start + instructions.Sum(bytes => bytes.Length);
            instructions.Add(body[read..]);
        }

        return (body[..start], instructions);
    }

    private static int SkipLocals(byte[] body)
    {
        var position = 0;
        if (!Leb128.TryReadUnsigned(body, ref position, out var runs))
        {
            return 0;
        }

        for (ulong i = 0; i < runs; i++)
        {
            if (!Leb128.TryReadUnsigned(body, ref position, out _) || ++position > body.Length)
            {
                return 0;
            }
        }

        return position;
    }
}
