using System.Runtime.CompilerServices;

namespace WasmLab.Wasm.Runtime;

/// <summary>
/// Gives objects of the host a number that guest code can hold. The same object always gets the same number. Objects live as long as
/// the engine: a number may lie in any memory cell of any guest.
/// </summary>
internal sealed class ExternReferences
{
    private readonly List<object> _objects = [];
    private Dictionary<object, object>? _handles;

    public nint HandleOf(object? value)
    {
        if (value is null)
        {
            return 0;
        }

        lock (_objects)
        {
            _handles ??= new(ReferenceOrValueComparer.Instance);
            if (!_handles.TryGetValue(value, out var handle))
            {
                _objects.Add(value);
                _handles[value] = handle = (nint)_objects.Count;
            }

            return (nint)handle;
        }
    }

    public object? ObjectOf(nint handle)
    {
        lock (_objects)
        {
            return handle == 0 ? null : _objects[(int)handle - 1];
        }
    }

    /// <summary>Boxed numbers are the same when they are equal; all else when it is the same object.</summary>
    private sealed class ReferenceOrValueComparer : IEqualityComparer<object>
    {
        public static readonly ReferenceOrValueComparer Instance = new();

        public new bool Equals(object? left, object? right) =>
            ReferenceEquals(left, right) || (left is System.ValueType && left.Equals(right));

        public int GetHashCode(object value) =>
            value is System.ValueType ? value.GetHashCode() : RuntimeHelpers.GetHashCode(value);
    }
}
