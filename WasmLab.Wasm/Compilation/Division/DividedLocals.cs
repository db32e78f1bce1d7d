namespace WasmLab.Wasm.Compilation.Division;

/// <summary>
/// Where the locals of a divided function lie. What is live from part to part is in a block of slots meanwhile. A part has a copy of its
/// own of what it uses often enough to be worth the load at its entry and the store at its exit.
/// </summary>
internal sealed class DividedLocals
{
    // A use in a loop that the part has all of counts for so many.
    private const int LoopFactor = 8;

    /// <summary>Where the result of the function is left, and the address for its further ones.</summary>
    public const int ResultOffset = 0;
    public const int ExtraResultsOffset = 2 * SlotLayout.SlotSize;
    private const int LocalsOffset = ExtraResultsOffset + SlotLayout.SlotSize;

    // What is live at so few of the entries is not exchanged at the others.
    private const double FewEntries = 0.25;

    private readonly Liveness _liveness;
    private readonly Dictionary<int, int> _offsets = [];
    private readonly List<PartLocal>[] _locals;

    public DividedLocals(CodeOutline outline, DivisionPlan plan, Func<int, ValueType> typeOf)
    {
        FrameSize = LocalsOffset;
        var uses = CountUses(outline, plan);
        _liveness = Liveness.Of(outline, plan.Regions.Select(region => region.Start).ToHashSet());
        (int Part, int Start)[] entries = [(0, Liveness.FunctionStart), .. plan.Regions.Select(region => (region.Part, region.Start))];
        var all = new int[plan.Parts];
        foreach (var entry in entries)
        {
            all[entry.Part]++;
        }

        _locals = [.. uses.Select(_ => new List<PartLocal>())];
        foreach (var local in outline.UsedLocals)
        {
            var live = new int[plan.Parts];
            foreach (var entry in entries)
            {
                live[entry.Part] += _liveness.IsLive(local, entry.Start) ? 1 : 0;
            }

            var liveAnywhere = live.Sum();
            for (var part = 0; part < plan.Parts; part++)
            {
                if (!uses[part].TryGetValue(local, out var use))
                {
                    continue;
                }

                var loads = (double)live[part] / all[part];
                var stores = use.IsWritten ? (double)(liveAnywhere - live[part]) / (entries.Length - all[part]) : 0;
                _locals[part].Add(new PartLocal(local, use.Count < (loads + stores) * all[part], Often(loads), Often(stores)));
                if (loads + stores > 0 && _offsets.TryAdd(local, FrameSize))
                {
                    FrameSize += typeOf(local).SlotCount() * SlotLayout.SlotSize;
                }
            }
        }
    }

    public enum Transfer
    {
        Never,
        WhereLive,
        Always,
    }

    /// <summary>A local that a part uses.</summary>
    /// <param name="Local">Its index.</param>
    /// <param name="IsShared">Whether the part uses it where it lies between the parts.</param>
    /// <param name="Load">When its value matters at the entry.</param>
    /// <param name="Store">When its value may have changed and matters to another part.</param>
    public readonly record struct PartLocal(int Local, bool IsShared, Transfer Load, Transfer Store);

    public int FrameSize { get; }

    /// <summary>Where a local lies between the parts; null when its value never matters to another one.</summary>
    public int? OffsetOf(int local) => _offsets.TryGetValue(local, out var offset) ? offset : null;

    public IReadOnlyList<PartLocal> UsedIn(int part) => _locals[part];

    /// <summary>Whether a local is live at the start of a region, or of the function.</summary>
    public bool IsLive(int local, int point) => _liveness.IsLive(local, point);

    private static Transfer Often(double share) => share switch
    {
        0 => Transfer.Never,
        < FewEntries => Transfer.WhereLive,
        _ => Transfer.Always,
    };

    private static Dictionary<int, Use>[] CountUses(CodeOutline outline, DivisionPlan plan)
    {
        Dictionary<int, Use>[] uses = [.. Enumerable.Range(0, plan.Parts).Select(_ => new Dictionary<int, Use>())];
        foreach (var touch in outline.Touches)
        {
            if (plan.RegionAround(touch.Offset) is { } region)
            {
                Count(uses[region.Part], touch, touch.Loop >= region.Start ? LoopFactor : 1);
                continue;
            }

            foreach (var part in uses)
            {
                Count(part, touch, 1);
            }
        }

        return uses;
    }

    private static void Count(Dictionary<int, Use> uses, CodeOutline.Touch touch, int count)
    {
        var use = uses.GetValueOrDefault(touch.Local);
        uses[touch.Local] = new Use(use.Count + count, use.IsWritten || touch.IsWrite);
    }

    private readonly record struct Use(int Count, bool IsWritten);
}
