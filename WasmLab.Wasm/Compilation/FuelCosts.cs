using WasmLab.Wasm.Binary;

namespace WasmLab.Wasm.Compilation;

/// <summary>
/// What a function's code costs when fuel is counted: each instruction one unit, charged where its stretch of code begins. The
/// function's entry pays for what lies outside of loops, a loop's head for the loop without its inner loops, at each iteration. So the
/// sum depends on the path alone, never on the machine.
/// </summary>
internal sealed class FuelCosts
{
    private readonly Dictionary<int, int> _loops = [];

    /// <summary>What a call costs.</summary>
    public int Entry { get; private set; }

    public static FuelCosts Of(ModuleDefinition module, CodeBody body)
    {
        var costs = new FuelCosts();
        var reader = module.Reader(body.Start, body.End, "code");

        // The open blocks: for each the offset of the innermost loop around its instructions, -1 outside of any.
        var loops = new Stack<int>([-1]);
        while (!reader.AtEnd)
        {
            InstructionDecoder.Read(ref reader, out var instruction);
            costs.Add(loops.Peek());
            if (instruction.Opcode == Opcode.End)
            {
                loops.Pop();
            }
            else if (InstructionDecoder.OpensBlock(instruction.Opcode))
            {
                loops.Push(instruction.Opcode == Opcode.Loop ? instruction.Offset : loops.Peek());
            }
        }

        return costs;
    }

    /// <summary>What an iteration costs of the loop whose instruction is at this offset.</summary>
    public int Loop(int offset) => _loops.GetValueOrDefault(offset, 1);

    private void Add(int loop)
    {
        if (loop < 0)
        {
            Entry++;
        }
        else
        {
            _loops[loop] = _loops.GetValueOrDefault(loop) + 1;
        }
    }
}
