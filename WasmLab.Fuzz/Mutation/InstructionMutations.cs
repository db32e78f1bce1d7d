using WasmLab.Wasm.Binary;
using WasmLab.Wasm.Validation;

namespace WasmLab.Fuzz.Mutation;

/// <summary>Changes whole instructions, so that what comes of it is often still valid.</summary>
internal static class InstructionMutations
{
    /// <summary>Opcodes of one byte that take and give the same types, and so may stand for one another.</summary>
    private static readonly ILookup<string, byte> Alike = Enumerable.Range(0, 0xFC)
        .Select(code => (Code: (byte)code, Shape: ShapeOf((Opcode)code)))
        .Where(entry => entry.Shape is not null)
        .ToLookup(entry => entry.Shape!, entry => entry.Code);

    public static void Apply(ModuleSections module, ModuleSections other, Random random)
    {
        var section = FunctionBodies.SectionOf(module);
        if (section < 0 || FunctionBodies.Read(module.Sections[section].Content) is not { Count: > 0 } bodies)
        {
            return;
        }

        var chosen = random.Next(bodies.Count);
        var (locals, instructions) = FunctionBodies.Split(bodies[chosen]);
        if (instructions.Count == 0)
        {
            return;
        }

        for (var changes = random.Next(1, 4); changes > 0 && instructions.Count > 0; changes--)
        {
            Change(instructions, other, random);
        }

        bodies[chosen] = [.. locals, .. instructions.SelectMany(bytes => bytes)];
        module.Sections[section] = (module.Sections[section].Id, FunctionBodies.Write(bodies));
    }

    private static void Change(List<byte[]> instructions, ModuleSections other, Random random)
    {
        var at = random.Next(instructions.Count);
        switch (random.Next(20))
        {
            case 0:
                instructions.RemoveAt(at);
                break;
            case 1:
                instructions.Insert(at, instructions[at]);
                break;
            case 2:
                var second = random.Next(instructions.Count);
                (instructions[at], instructions[second]) = (instructions[second], instructions[at]);
                break;
            case 3:
                var length = random.Next(1, Math.Min(16, instructions.Count - at) + 1);
                instructions.InsertRange(random.Next(instructions.Count + 1), instructions.GetRange(at, length));
                break;
            case 4:
                instructions.InsertRange(at, Borrow(other, random));
                break;
            case <= 9:
                instructions.InsertRange(at, NeutralCode.Next(random));
                break;
            case <= 12:
                instructions[at] = [instructions[at][0], .. NumberMutations.Apply(instructions[at][1..], random)];
                break;
            default:
                if (ShapeOf((Opcode)instructions[at][0]) is { } shape)
                {
                    var alike = Alike[shape].ToArray();
                    instructions[at] = [alike[random.Next(alike.Length)], .. instructions[at][1..]];
                }

                break;
        }
    }

    private static List<byte[]> Borrow(ModuleSections other, Random random)
    {
        var section = FunctionBodies.SectionOf(other);
        if (section < 0 || FunctionBodies.Read(other.Sections[section].Content) is not { Count: > 0 } bodies)
        {
            return [];
        }

        var (_, instructions) = FunctionBodies.Split(bodies[random.Next(bodies.Count)]);
        var at = random.Next(instructions.Count + 1);
        return instructions.GetRange(at, Math.Min(random.Next(1, 8), instructions.Count - at));
    }

    private static string? ShapeOf(Opcode opcode)
    {
        if (InstructionTable.Signature(opcode) is { } signature)
        {
            return $"{string.Join(',', signature.Parameters)}>{signature.Result}";
        }

        if (InstructionTable.Access(opcode) is { } access)
        {
            return access.IsStore ? $"store {access.Value}" : $"load {access.Value}";
        }

        return opcode switch
        {
            Opcode.Block or Opcode.Loop or Opcode.If => "block",
            Opcode.Br or Opcode.BrIf => "branch",
            Opcode.LocalGet or Opcode.GlobalGet => "get",
            Opcode.LocalSet or Opcode.LocalTee or Opcode.GlobalSet => "set",
            Opcode.Nop or Opcode.Drop or Opcode.Return or Opcode.Unreachable or Opcode.Select => "bare",
            _ => null,
        };
    }
}
