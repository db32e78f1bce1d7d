namespace WasmLab.Wasm.Compilation.Division;

/// <summary>Which locals are live where the regions of a divided function begin: what they hold there may be read before it is replaced.</summary>
internal sealed class Liveness
{
    // Enough for any real function; what a hostile one would need more for is taken to be live everywhere.
    private const long MaxWork = 50_000_000;
    private const long MaxWords = 4_000_000;
    private const int MaxPasses = 20;

    /// <summary>Stands for the start of the function where points are asked for.</summary>
    public const int FunctionStart = -1;

    private readonly CodeOutline _outline;
    private readonly int _words;
    private readonly Dictionary<int, ulong[]> _live = [];
    private readonly Dictionary<int, ulong[]> _loops = [];
    private readonly List<Open> _open = [];
    private bool _isComplete;

    private Liveness(CodeOutline outline)
    {
        _outline = outline;
        _words = (outline.Locals + 63) / 64;
    }

    /// <summary>A block whose end has been passed, from behind.</summary>
    private sealed class Open(ulong[] atEnd)
    {
        public ulong[] AtEnd { get; } = atEnd;

        public ulong[]? AtElse { get; set; }

        /// <summary>What is live at the label.</summary>
        public ulong[] AtLabel { get; set; } = atEnd;
    }

    public static Liveness Of(CodeOutline outline, IReadOnlySet<int> points)
    {
        var liveness = new Liveness(outline);
        if (!outline.HasTries && outline.MaxDepth * (long)liveness._words < MaxWords && outline.FlowSize * liveness._words < MaxWork)
        {
            liveness._isComplete = liveness.Solve(points);
        }

        return liveness;
    }

    /// <summary>Whether a local is live at a point.</summary>
    public bool IsLive(int local, int point)
    {
        var index = _outline.IndexOf(local);
        return !_isComplete || (_live[point][index / 64] >> (index % 64) & 1) != 0;
    }

    // From the end to the start, and again as long as more is found to be live at the head of a loop, which its branches go back to.
    private bool Solve(IReadOnlySet<int> points)
    {
        for (var pass = 0; pass < MaxPasses; pass++)
        {
            var hasChanged = false;
            var live = new ulong[_words];
            _open.Clear();
            for (var i = _outline.Flow.Count - 1; i >= 0; i--)
            {
                live = Before(_outline.Flow[i], live, points, ref hasChanged);
            }

            _live[FunctionStart] = live;
            if (!hasChanged)
            {
                return true;
            }
        }

        return false;
    }

    private ulong[] Before(in CodeOutline.FlowStep step, ulong[] live, IReadOnlySet<int> points, ref bool hasChanged)
    {
        switch (step.Kind)
        {
            case CodeOutline.FlowKind.Read:
                live[step.Value / 64] |= 1UL << (step.Value % 64);
                break;
            case CodeOutline.FlowKind.Write:
                live[step.Value / 64] &= ~(1UL << (step.Value % 64));
                break;
            case CodeOutline.FlowKind.Point:
                if (points.Contains(step.Value))
                {
                    _live[step.Value] = (ulong[])live.Clone();
                }

                break;
            case CodeOutline.FlowKind.Close:
                _open.Add(new Open((ulong[])live.Clone()));
                break;
            case CodeOutline.FlowKind.CloseLoop:
                _open.Add(new Open((ulong[])live.Clone()) { AtLabel = _loops.GetValueOrDefault(step.Value) ?? new ulong[_words] });
                break;
            case CodeOutline.FlowKind.Else:
                _open[^1].AtElse = live;
                live = (ulong[])_open[^1].AtEnd.Clone();
                break;
            case CodeOutline.FlowKind.OpenIf:
                Add(live, _open[^1].AtElse ?? _open[^1].AtEnd);
                _open.RemoveAt(_open.Count - 1);
                break;
            case CodeOutline.FlowKind.OpenLoop:
                hasChanged |= !live.AsSpan().SequenceEqual(_open[^1].AtLabel);
                _loops[step.Value] = (ulong[])live.Clone();
                _open.RemoveAt(_open.Count - 1);
                break;
            case CodeOutline.FlowKind.Open:
                _open.RemoveAt(_open.Count - 1);
                break;
            case CodeOutline.FlowKind.Leave:
                Array.Clear(live);
                AddTargets(live, step.Targets!);
                break;
            case CodeOutline.FlowKind.MayLeave:
                AddTargets(live, step.Targets!);
                break;
        }

        return live;
    }

    private void AddTargets(ulong[] live, int[] targets)
    {
        foreach (var target in targets)
        {
            Add(live, _open[target].AtLabel);
        }
    }

    private static void Add(ulong[] live, ulong[] more)
    {
        for (var i = 0; i < live.Length; i++)
        {
            live[i] |= more[i];
        }
    }
}
