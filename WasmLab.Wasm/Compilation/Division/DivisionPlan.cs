namespace WasmLab.Wasm.Compilation.Division;

/// <summary>
/// How a function that is too large for the just-in-time compiler's optimizer is divided. Each statement that is small enough belongs to
/// one of the parts; what is around the statements, and what many branches lead to, is the frame of the function, which every part has.
/// </summary>
internal sealed class DivisionPlan
{
    // The least that must remain of the limits for a part's own code.
    private const double LeastRoom = 0.25;

    // What is small enough to stand in every part, when that saves going from part to part: one run of statements, and all of them.
    private const double SmallShare = 1.0 / 32;
    private const double SharedShare = 1.0 / 8;
    private const int ManyBranches = 3;
    private const int UsualTransfers = 32;
    private const int MaxParts = 1_000;

    private static readonly ILCost CostOfExit = new(Bytes: 12, Instructions: 3, Blocks: 1, LocalReferences: 1, Locals: 0);
    private static readonly ILCost CostOfTransfer = new(Bytes: 28, Instructions: 11, Blocks: 0, LocalReferences: 5, Locals: 0);

    private readonly Dictionary<int, Region> _regions = [];

    private DivisionPlan(CodeOutline outline, List<Region> regions)
    {
        Regions = regions;
        Parts = regions[^1].Part + 1;
        foreach (var region in regions)
        {
            _regions.Add(region.Start, region);
        }

        ReachedEnds = outline.Marks.Where(mark => mark is { Kind: CodeOutline.MarkKind.Close, EndIsReached: true }).Select(mark => mark.Block).ToHashSet();
    }

    /// <summary>Statements of one sequence that belong to the same part. Control enters them only at their start.</summary>
    /// <param name="Start">The offset of the first instruction.</param>
    /// <param name="End">The offset of the instruction behind.</param>
    /// <param name="Part">The part that has them.</param>
    /// <param name="Entry">Their number among those of the part, from 1 on.</param>
    /// <param name="EndIsReached">Whether control comes from them to what is behind.</param>
    public sealed record Region(int Start, int End, int Part, int Entry, bool EndIsReached);

    /// <summary>The regions in the order of the code.</summary>
    public IReadOnlyList<Region> Regions { get; }

    public int Parts { get; }

    /// <summary>The offsets of the blocks to whose ends something branches.</summary>
    public IReadOnlySet<int> ReachedEnds { get; }

    public Region? RegionAt(int offset) => _regions.GetValueOrDefault(offset);

    /// <summary>The region that an instruction lies in; null for the frame.</summary>
    public Region? RegionAround(int offset)
    {
        var (low, high) = (0, Regions.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = Regions[middle].Start <= offset ? (middle + 1, high) : (low, middle);
        }

        return low > 0 && offset < Regions[low - 1].End ? Regions[low - 1] : null;
    }

    /// <summary>Divides a function; null when it cannot be divided well.</summary>
    /// <param name="outline">The function's statements.</param>
    /// <param name="cost">What all of it costs.</param>
    /// <param name="full">What a part may take up of what the just-in-time compiler optimizes.</param>
    /// <param name="room">How much code a part may have of its own, 0 for as much as is optimized.</param>
    public static DivisionPlan? Of(CodeOutline outline, ILCost cost, double full, double room)
    {
        if (room > 0)
        {
            return Divide(outline, FindRuns(outline, room, out _), default, room);
        }

        for (room = full; room >= LeastRoom;)
        {
            var runs = FindRuns(outline, room, out var own);
            var frame = cost - own;
            for (var i = 0; i < Math.Min(outline.Locals, UsualTransfers); i++)
            {
                frame += CostOfTransfer;
            }

            for (var i = 0; i < runs.Count; i++)
            {
                frame += CostOfExit;
            }

            var left = full - frame.Weight;
            if (left >= LeastRoom && runs.SelectMany(run => run).All(item => (frame + item.Cost).Weight <= full))
            {
                return Divide(outline, runs, frame, full);
            }

            room = Math.Min(left, room * 0.8);
        }

        return null;
    }

    /// <summary>Finds the statements that fit: the largest possible, in runs that nothing else interrupts.</summary>
    private static List<List<Item>> FindRuns(CodeOutline outline, double room, out ILCost own)
    {
        List<List<Item>> runs = [];
        List<Item> run = [];
        own = default;
        var marks = outline.Marks;
        Dictionary<List<Item>, int> joints = [];
        for (var i = 0; i < marks.Count;)
        {
            var mark = marks[i];
            if (mark.Kind != CodeOutline.MarkKind.Point)
            {
                FinishRun();
                if (mark.Kind == CodeOutline.MarkKind.Close && mark.Branches >= ManyBranches)
                {
                    joints.Add(run, mark.Branches);
                }

                i++;
                continue;
            }

            var next = marks[mark.Next];
            var cost = next.Cost - mark.Cost;
            if (mark.IsHub || !next.IsEmpty || cost.Weight > room)
            {
                if (mark.HasHub)
                {
                    joints[run] = int.MaxValue;
                }

                FinishRun();
                i++;
                continue;
            }

            run.Add(new Item(mark.Offset, next.Offset, cost, next.IsReached));
            i = mark.Next;
        }

        // Every part wants to have what comes before the choice among many labels, and what comes next where many paths meet again.
        var left = room * SharedShare;
        foreach (var (joint, _) in joints.OrderByDescending(pair => pair.Value))
        {
            var weight = joint.Sum(item => item.Cost.Weight);
            if (weight <= Math.Min(left, room * SmallShare) && runs.Remove(joint))
            {
                left -= weight;
            }
        }

        foreach (var item in runs.SelectMany(items => items))
        {
            own += item.Cost;
        }

        return runs;

        void FinishRun()
        {
            if (run.Count > 0)
            {
                runs.Add(run);
            }

            run = [];
        }
    }

    private static DivisionPlan? Divide(CodeOutline outline, List<List<Item>> runs, ILCost frame, double room)
    {
        List<Region> regions = [];
        var (part, entries, load) = (0, 0, frame);
        foreach (var run in runs)
        {
            Region? region = null;
            foreach (var item in run)
            {
                if ((load + item.Cost).Weight > room && entries > 0)
                {
                    (part, entries, load) = (part + 1, 0, frame);
                    region = null;
                }

                load += item.Cost;
                if (region is null)
                {
                    region = new Region(item.Start, item.End, part, ++entries, item.EndIsReached);
                    regions.Add(region);
                }
                else
                {
                    region = region with { End = item.End, EndIsReached = item.EndIsReached };
                    regions[^1] = region;
                }
            }
        }

        return part is > 0 and < MaxParts && entries <= ushort.MaxValue ? new DivisionPlan(outline, regions) : null;
    }

    private sealed record Item(int Start, int End, ILCost Cost, bool EndIsReached);
}
