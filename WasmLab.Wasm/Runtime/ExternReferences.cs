using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace WasmLab.Wasm.Runtime;

/// <summary>
/// Gives objects of the host a number that guest code can hold. The same object always gets the same number. Objects live as long as
/// the engine: a number may lie in any memory cell of any guest.
/// </summary>
internal sealed class ExternReferences
{
    private readonly ConcurrentDictionary<object, nint> _handles = new(ReferenceOrValueComparer.Instance);
    private readonly ConcurrentDictionary<nint, object> _objects = new();
    private nint _last;

    public nint HandleOf(object? value)
    {
        if (value is null)
        {
            return 0;
        }

        return _handles.GetOrAdd(value, static (added, self) =>
        {
            var handle = Interlocked.Increment(ref Unsafe.As<nint, long>(ref self._last));
            self._objects[(nint)handle] = added;
            return (nint)handle;
        }, this);
    }

    public object? ObjectOf(nint handle) => handle == 0 ? null : _objects[handle];

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
