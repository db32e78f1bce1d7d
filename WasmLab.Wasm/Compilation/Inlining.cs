using WasmLab.Wasm.Binary;

namespace WasmLab.Wasm.Compilation;

/// <summary>
/// Which calls of a function give way to the code of the callee. Compilers to WebAssembly have inlined what they thought worth it, so this
/// goes one level deep, and takes what is cheaper than a call, what is short and called in a loop, and a short function's calls of itself.
/// </summary>
internal sealed class Inlining
{
    public static readonly Inlining None = new();

    // In instructions. What a call costs is about as much as the shortest.
    private const int MaxAnywhere = 12;
    private const int MaxInLoop = 40;
    private const int MaxOfItself = 60;
    private const int MaxInstructionSize = 8;

    /// <summary>How much a function may grow, beyond its own length.</summary>
    private const int FreeGrowth = 60;

    private const int MaxLocals = 16;

    private readonly HashSet<int> _calls = [];

    /// <summary>Whether the callee's code is to stand where this call is.</summary>
    /// <param name="offset">The call's offset in the module.</param>
    public bool Includes(int offset) => _calls.Contains(offset);

    /// <summary>Chooses among the calls of a function.</summary>
    public static Inlining Of(ModuleDefinition module, int function)
    {
        var calls = new List<(int Offset, int Size)>();
        var length = 0;
        var blocks = new Stack<bool>([false]);
        var body = module.BodyOf(function)!;
        var reader = module.Reader(body.Start, body.End, "code");
        while (!reader.AtEnd)
        {
            InstructionDecoder.Read(ref reader, out var instruction);
            length++;
            if (instruction.Opcode == Opcode.End)
            {
                blocks.Pop();
            }
            else if (InstructionDecoder.OpensBlock(instruction.Opcode))
            {
                blocks.Push(blocks.Peek() || instruction.Opcode == Opcode.Loop);
            }
            else if (instruction.Opcode == Opcode.Call)
            {
                var callee = (int)instruction.First;
                var limit = callee == function ? MaxOfItself : blocks.Peek() ? MaxInLoop : MaxAnywhere;
                if (Measure(module, callee, limit, mayLoop: callee == function) is { } size)
                {
                    calls.Add((instruction.Offset, size));
                }
            }
        }

        return calls.Count == 0 ? None : Choose(calls, length + FreeGrowth);
    }

    private static Inlining Choose(List<(int Offset, int Size)> calls, int room)
    {
        var inlining = new Inlining();
        foreach (var (offset, size) in calls)
        {
            if (size <= room)
            {
                room -= size;
                inlining._calls.Add(offset);
            }
        }

        return inlining;
    }

    /// <summary>How many instructions a callee has; null when it is imported, is longer than it may be, or cannot be inlined.</summary>
    private static int? Measure(ModuleDefinition module, int callee, int limit, bool mayLoop)
    {
        if (module.BodyOf(callee) is not { } body || body.End - body.Start > limit * MaxInstructionSize
            || body.LocalCount + module.FunctionType((uint)callee).Parameters.Count > MaxLocals)
        {
            return null;
        }

        var reader = module.Reader(body.Start, body.End, "code");
        var length = 0;
        while (!reader.AtEnd)
        {
            InstructionDecoder.Read(ref reader, out var instruction);
            if (++length > limit || !CanBeInlined(instruction.Opcode, mayLoop))
            {
                return null;
            }
        }

        return length;
    }

    // A loop is worth the call before it. A tail call would have to leave the caller. What fails is seldom called, and stack traces tell where.
    private static bool CanBeInlined(Opcode opcode, bool mayLoop) => opcode switch
    {
        Opcode.Loop => mayLoop,
        Opcode.ReturnCall or Opcode.ReturnCallIndirect or Opcode.TryTable or Opcode.Unreachable or Opcode.Throw or Opcode.ThrowRef => false,
        _ => true,
    };
}
