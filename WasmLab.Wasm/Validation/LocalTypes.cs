using WasmLab.Wasm.Binary;

namespace WasmLab.Wasm.Validation;

/// <summary>The types of a function's parameters and locals, found without a table of all of them: a few bytes can declare 50,000.</summary>
internal readonly struct LocalTypes
{
    private readonly FunctionType _type;
    private readonly LocalRun[] _runs;
    private readonly int[] _ends;

    public LocalTypes(FunctionType type, CodeBody body)
    {
        _type = type;
        _runs = body.Locals;
        _ends = new int[_runs.Length];
        var end = type.Parameters.Count;
        for (var i = 0; i < _runs.Length; i++)
        {
            end += _runs[i].Count;
            _ends[i] = end;
        }

        Count = end;
    }

    public int Count { get; }

    public ValueType this[int index]
    {
        get
        {
            if (index < _type.Parameters.Count)
            {
                return _type.Parameters[index];
            }

            // The first run whose end lies behind the index.
            var (low, high) = (0, _ends.Length - 1);
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (_ends[middle] > index)
                {
                    high = middle;
                }
                else
                {
                    low = middle + 1;
                }
            }

            return _runs[low].Type;
        }
    }
}
