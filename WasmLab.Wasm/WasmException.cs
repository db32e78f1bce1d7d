using WasmLab.Wasm.Compilation;

namespace WasmLab.Wasm;

/// <summary>
/// An exception that guest code threw, or that a function of the host throws for guest code to catch. One that nobody catches reaches
/// the caller of <see cref="Function.Invoke(object?[])"/>.
/// </summary>
public sealed class WasmException : Exception
{
    private readonly long[] _slots;

    /// <summary>Makes an exception for a function of the host to throw.</summary>
    /// <param name="caller">The instance that called the function.</param>
    /// <param name="tag">The tag that catches it.</param>
    /// <param name="values">One value a parameter of the tag's type, as for <see cref="Function.Invoke(object?[])"/>.</param>
    /// <exception cref="ArgumentException">The values do not fit the tag's type.</exception>
    public WasmException(Instance caller, Tag tag, params object?[] values)
        : this(tag, ToSlots(caller, tag, values))
    {
    }

    internal WasmException(Tag tag, long[] slots)
        : base($"uncaught exception of {tag.Type}")
    {
        Tag = tag;
        _slots = slots;
    }

    /// <summary>The tag that catches it.</summary>
    public Tag Tag { get; }

    /// <summary>The values that it carries: one a parameter of the tag's type.</summary>
    public IReadOnlyList<object?> Values
    {
        get
        {
            var types = Tag.Type.Parameters;
            var layout = new SlotLayout([.. types]);
            return [.. types.Select((type, i) => Runtime.Values.FromSlots(Tag.Engine, type, _slots.AsSpan(layout[i])))];
        }
    }

    internal ReadOnlySpan<long> Slots => _slots;

    private static long[] ToSlots(Instance caller, Tag tag, object?[] values)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(tag);
        ArgumentNullException.ThrowIfNull(values);
        var types = tag.Type.Parameters;
        if (values.Length != types.Count)
        {
            throw new ArgumentException($"the tag {tag.Type} takes {types.Count} values, but {values.Length} were given", nameof(values));
        }

        var layout = new SlotLayout([.. types]);
        var slots = new long[layout.Count];
        for (var i = 0; i < values.Length; i++)
        {
            Runtime.Values.ToSlots(tag.Engine, caller.Store, types[i], values[i], slots.AsSpan(layout[i]));
        }

        return slots;
    }
}
