using WasmLab.Wasm.Binary;

namespace WasmLab.Wasm.Compilation.Division;

/// <summary>
/// Where a function can be cut, noted while it is compiled whole: its blocks, and the points at which no operand waits, with what the IL
/// before them costs. Code that cannot be reached does not appear.
/// </summary>
internal sealed class CodeOutline
{
    /// <summary>A br_table that leaves a statement to more labels than this stays outside of the parts, for all of them to use.</summary>
    private const int MaxExits = 8;

    private readonly List<Mark> _marks = [];
    private readonly List<Touch> _touches = [];
    private readonly List<FlowStep> _flow = [];
    private readonly Dictionary<int, int> _indices = [];
    private readonly List<Level> _levels = [];
    private readonly Dictionary<int, int> _branches = [];
    private readonly Stack<int> _loops = new();

    public enum MarkKind
    {
        /// <summary>The start of a statement.</summary>
        Point,

        /// <summary>A block's instruction.</summary>
        Open,

        Else,

        /// <summary>An end.</summary>
        Close,
    }

    public IReadOnlyList<Mark> Marks => _marks;

    public IReadOnlyList<Touch> Touches => _touches;

    /// <summary>How control and the values of locals go through the code.</summary>
    public IReadOnlyList<FlowStep> Flow => _flow;

    /// <summary>How many steps and targets of branches there are.</summary>
    public long FlowSize { get; private set; }

    public int MaxDepth { get; private set; }

    public bool HasTries { get; private set; }

    /// <summary>How many locals were used so far.</summary>
    public int Locals => _indices.Count;

    public IEnumerable<int> UsedLocals => _indices.Keys;

    public enum FlowKind
    {
        /// <summary>The start of a statement; the value is its offset.</summary>
        Point,

        /// <summary>Of a local; the value is its index among those that are used.</summary>
        Read,
        Write,

        /// <summary>Of a block, an if or a loop; the value is the offset of the instruction.</summary>
        Open,
        OpenIf,
        OpenLoop,
        Else,
        Close,
        CloseLoop,

        /// <summary>A branch, always or perhaps, to one of the targets, which are counted from the outermost block on.</summary>
        Leave,
        MayLeave,
    }

    public readonly record struct FlowStep(FlowKind Kind, int Value, int[]? Targets = null);

    /// <summary>A place in the code.</summary>
    /// <param name="Kind">What is there.</param>
    /// <param name="Offset">The offset of the instruction.</param>
    /// <param name="Cost">What the IL before it costs.</param>
    /// <param name="IsReached">Whether control comes here from the instruction before.</param>
    /// <param name="IsEmpty">Whether it comes without operands.</param>
    /// <param name="Block">The offset of the instruction of the block that opens or closes.</param>
    /// <param name="Opcode">That instruction.</param>
    /// <param name="Branches">How many instructions branch to the end.</param>
    /// <param name="EndIsReached">Whether control comes to the end at all.</param>
    public sealed record Mark(MarkKind Kind, int Offset, ILCost Cost, bool IsReached, bool IsEmpty, int Block, Opcode Opcode, int Branches, bool EndIsReached)
    {
        /// <summary>Where the statement ends: the index of the next mark in the same sequence.</summary>
        public int Next { get; set; }

        /// <summary>Whether the statement chooses among many labels outside of it.</summary>
        public bool IsHub { get; set; }

        /// <summary>Whether something in the statement chooses among many labels.</summary>
        public bool HasHub { get; set; }
    }

    /// <summary>A use of a local: the instruction, and the innermost loop around it, or -1.</summary>
    public readonly record struct Touch(int Offset, int Local, bool IsWrite, int Loop);

    /// <summary>A sequence of statements that is not at its end.</summary>
    private sealed class Level
    {
        public required int Block { get; init; }

        public required Opcode Opcode { get; init; }

        /// <summary>The statement that is not at its end, or -1.</summary>
        public int Statement { get; set; } = -1;

        /// <summary>A br_table in the statement leaves it to many labels, when the block's depth is at least this.</summary>
        public int HubDepth { get; set; } = int.MaxValue;
    }

    /// <summary>The number of a local among those that are used.</summary>
    public int IndexOf(int local) => _indices[local];

    public void Enter() => _levels.Add(new Level { Block = -1, Opcode = Opcode.Block });

    public void Point(int offset, ILCost cost)
    {
        FinishStatement();
        _levels[^1].Statement = _marks.Count;
        Add(MarkKind.Point, offset, cost, isReached: true);
        Flows(new FlowStep(FlowKind.Point, offset));
    }

    public void Open(in Instruction instruction, ILCost cost)
    {
        _levels.Add(new Level { Block = instruction.Offset, Opcode = instruction.Opcode });
        if (instruction.Opcode == Opcode.Loop)
        {
            _loops.Push(instruction.Offset);
        }

        Add(MarkKind.Open, instruction.Offset, cost, isReached: true);
        MaxDepth = Math.Max(MaxDepth, _levels.Count);
        HasTries |= instruction.Opcode == Opcode.TryTable;
        Flows(new FlowStep(instruction.Opcode switch { Opcode.Loop => FlowKind.OpenLoop, Opcode.If => FlowKind.OpenIf, _ => FlowKind.Open }, instruction.Offset));
    }

    public void Else(int offset, ILCost cost, bool isReached, bool isEmpty)
    {
        FinishStatement();
        Add(MarkKind.Else, offset, cost, isReached, isEmpty);
        Flows(new FlowStep(FlowKind.Else, offset));
    }

    public void Close(int offset, ILCost cost, bool isReached, bool isEmpty, bool endIsReached)
    {
        FinishStatement();
        Add(MarkKind.Close, offset, cost, isReached, isEmpty, endIsReached);
        Flows(new FlowStep(_levels[^1].Opcode == Opcode.Loop ? FlowKind.CloseLoop : FlowKind.Close, _levels[^1].Block));
        if (_levels[^1].Opcode == Opcode.Loop)
        {
            _loops.Pop();
        }

        _levels.RemoveAt(_levels.Count - 1);
    }

    /// <summary>Notes an instruction that leaves to one of some blocks, which are counted from the outermost on, or goes on when it need not.</summary>
    public void Branch(IEnumerable<int> depths, bool isConditional)
    {
        var distinct = depths.Distinct().Order().ToArray();
        Flows(new FlowStep(isConditional ? FlowKind.MayLeave : FlowKind.Leave, 0, distinct));
        foreach (var depth in distinct)
        {
            var block = _levels[depth].Block;
            _branches[block] = _branches.GetValueOrDefault(block) + 1;
        }

        if (distinct.Length > MaxExits)
        {
            _levels[^1].HubDepth = Math.Min(_levels[^1].HubDepth, distinct[MaxExits]);
        }
    }

    public void Use(int offset, int local, bool isWrite)
    {
        _indices.TryAdd(local, _indices.Count);
        Flows(new FlowStep(isWrite ? FlowKind.Write : FlowKind.Read, _indices[local]));
        _touches.Add(new Touch(offset, local, isWrite, _loops.TryPeek(out var loop) ? loop : -1));
    }

    private void Flows(FlowStep step)
    {
        _flow.Add(step);
        FlowSize += 1 + (step.Targets?.Length ?? 0);
    }

    private void Add(MarkKind kind, int offset, ILCost cost, bool isReached, bool isEmpty = true, bool endIsReached = false)
    {
        var level = _levels[^1];
        _marks.Add(new Mark(kind, offset, cost, isReached, isEmpty, level.Block, level.Opcode, _branches.GetValueOrDefault(level.Block), endIsReached));
    }

    private void FinishStatement()
    {
        var level = _levels[^1];
        if (level.Statement >= 0)
        {
            _marks[level.Statement].Next = _marks.Count;
            _marks[level.Statement].HasHub = level.HubDepth < int.MaxValue;
            _marks[level.Statement].IsHub = level.HubDepth <= _levels.Count - 1;
        }

        if (_levels.Count > 1)
        {
            _levels[^2].HubDepth = Math.Min(_levels[^2].HubDepth, level.HubDepth);
        }

        (level.Statement, level.HubDepth) = (-1, int.MaxValue);
    }
}
