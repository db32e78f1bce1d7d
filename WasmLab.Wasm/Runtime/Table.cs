using WasmLab.Wasm.Runtime;

namespace WasmLab.Wasm;

/// <summary>A table of references.</summary>
public sealed unsafe class Table : IStoreMember
{
    private readonly List<View> _views = [];
    private readonly Budget _budget;
    private readonly uint _maximum;
    private readonly ulong? _declaredMaximum;
    private readonly ValueType _addressType;
    private nint* _elements;
    private uint _capacity;
    private uint _size;

    /// <summary>Makes a table of nulls that the host can define for modules to import.</summary>
    /// <param name="engine">The engine whose limits hold.</param>
    /// <param name="type">Its type.</param>
    public Table(Engine engine, TableType type)
        : this(engine, type, new Store(), BudgetOf(engine)) => Store.AddMember(this);

    internal Table(Engine engine, TableType type, Store store, Budget budget)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(type);
        var allowed = (uint)engine.Options.MaxTableElements;
        if (type.Limits.Minimum > allowed || !budget.TryTake((uint)type.Limits.Minimum))
        {
            throw new LinkException($"table of {type.Limits.Minimum} elements is too large: EngineOptions.MaxTableElements allows {allowed} in all tables of an instance");
        }

        Engine = engine;
        _budget = budget;
        _declaredMaximum = type.Limits.Maximum;
        _addressType = type.AddressType;
        _maximum = (uint)Math.Min(_declaredMaximum ?? allowed, allowed);
        ElementType = type.Element;
        Store = store;
        if (!TryResize((uint)type.Limits.Minimum))
        {
            throw new LinkException($"table of {type.Limits.Minimum} elements cannot be had: the system refuses it");
        }

        _size = (uint)type.Limits.Minimum;
    }

    /// <summary>The type: its minimum is the present size.</summary>
    public TableType Type => new(ElementType, new Limits(_size, _declaredMaximum), _addressType);

    /// <summary>How many elements it has.</summary>
    public uint Size => _size;

    internal ValueType ElementType { get; }

    internal Engine Engine { get; }

    internal Store Store { get; }

    /// <summary>An element: a <see cref="Function"/>, an object of the host, or null.</summary>
    /// <param name="index">Its index.</param>
    /// <exception cref="TrapException">The index lies outside of the table.</exception>
    public object? this[uint index]
    {
        get => Values.FromSlot(Engine, ElementType, Get(index));
        set => Set(index, (nint)Values.ToSlot(Engine, Store, ElementType, value));
    }

    /// <summary>Adds elements. Returns the size before, or null when so many cannot be had.</summary>
    /// <param name="count">How many elements to add.</param>
    /// <param name="value">What they hold.</param>
    public uint? Grow(uint count, object? value) =>
        GrowRaw(null, count, (nint)Values.ToSlot(Engine, Store, ElementType, value));

    void IStoreMember.StoreFreed()
    {
        _elements = null;
        _size = 0;
    }

    internal static Budget BudgetOf(Engine engine) => new(engine?.Options.MaxTableElements ?? 0);

    /// <summary>Grows for guest code, or for the host when there is no context.</summary>
    internal uint? GrowRaw(InstanceContext* context, ulong added, nint value)
    {
        var before = _size;
        if (added > _maximum - before)
        {
            return null;
        }

        var count = (uint)added;
        if ((before + count > _capacity && !TryResize(Math.Max(before + count, (uint)Math.Min(_maximum, _capacity * 2L))))
            || !_budget.TryTake(count))
        {
            return null;
        }

        var first = _elements + before;
        if (context != null)
        {
            BulkOperations.Fill(context, first, value, count);
        }
        else
        {
            new Span<nint>(first, (int)count).Fill(value);
        }

        _size = before + count;
        UpdateViews();
        return before;
    }

    internal nint Get(ulong index) => *Range(index, 1);

    internal void Set(ulong index, nint value) => *Range(index, 1) = value;

    internal void Fill(InstanceContext* context, ulong index, nint value, ulong count) =>
        BulkOperations.Fill(context, Range(index, count), value, (nuint)count);

    internal void Copy(InstanceContext* context, ulong index, Table source, ulong sourceIndex, ulong count)
    {
        var from = source.Range(sourceIndex, count);
        BulkOperations.Copy(context, Range(index, count), from, (nuint)count * (nuint)sizeof(nint));
    }

    internal void Attach(TableView* view)
    {
        _views.Add(new View(view));
        UpdateViews();
    }

    private nint* Range(ulong index, ulong count) => count <= _size && index <= _size - count
        ? _elements + index
        : throw new TrapException(TrapKind.OutOfBoundsTableAccess);

    private bool TryResize(uint capacity)
    {
        var old = _elements;
        var elements = (nint*)Store.TryAllocate(capacity * (nuint)sizeof(nint));
        if (elements == null)
        {
            return false;
        }

        new ReadOnlySpan<nint>(old, (int)_size).CopyTo(new Span<nint>(elements, (int)capacity));
        _elements = elements;
        _capacity = capacity;
        UpdateViews();
        if (old != null)
        {
            Store.Deallocate((nint)old);
        }

        return true;
    }

    private void UpdateViews()
    {
        foreach (var view in _views)
        {
            view.Address->Elements = (nint)_elements;
            view.Address->Length = _size;
        }
    }

    /// <summary>Where an instance's code looks for this table.</summary>
    private sealed class View(TableView* address)
    {
        public TableView* Address => address;
    }
}
