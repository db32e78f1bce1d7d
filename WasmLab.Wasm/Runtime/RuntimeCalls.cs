namespace WasmLab.Wasm.Runtime;

/// <summary>
/// What compiled code calls for everything that is not worth being inlined. Every method takes the context first. Addresses, indices and
/// sizes that may have 64 bits are long; those of 32 bits come zero-extended.
/// </summary>
internal static unsafe class RuntimeCalls
{
    /// <summary>Compiles the function of a record and makes the record call it directly from now on.</summary>
    public static nint Resolve(nint address)
    {
        var record = (FunctionRecord*)address;
        var home = record->Home;
        if (ThreadStack.Remaining < ThreadStack.Reserve / 2 || home->IsInterrupted)
        {
            throw Trap((nint)home, (int)TrapKind.CallStackExhausted);
        }

        var code = home->Instance.Module.Compiled.CodeOf(record->Index, home);
        record->Code = code;
        record->Context = (nint)home;
        return code;
    }

    public static void CallHost(nint address, long* arguments, int argumentCount, long* results, int resultCount)
    {
        var record = (FunctionRecord*)address;
        var instance = record->Home->Instance;
        new Span<long>(results, resultCount).Clear();
        instance.HostFunctions[record->Index](instance, new ReadOnlySpan<long>(arguments, argumentCount), new Span<long>(results, resultCount));
        if (record->Home->IsInterrupted)
        {
            throw Trap((nint)record->Home, (int)TrapKind.Interrupted);
        }
    }

    /// <summary>The exception of a trap. A function's entry finds an interruption as an exhausted stack: one check serves both.</summary>
    public static Exception Trap(nint context, int kind)
    {
        var head = (InstanceContext*)context;
        return head->IsInterrupted && (TrapKind)kind is TrapKind.CallStackExhausted or TrapKind.Interrupted
            ? new TrapException(TrapKind.Interrupted, head->Instance.InterruptionMessage)
            : new TrapException((TrapKind)kind);
    }

    public static long MemoryGrow(nint context, long pages, int memory) =>
        (long?)Of(context).Memories[memory].Grow((ulong)pages) ?? -1;

    public static void MemoryCopy(nint context, long target, long source, long length, int targetView, int sourceView)
    {
        var to = Range(context, targetView, target, length);
        var from = Range(context, sourceView, source, length);
        BulkOperations.Copy((InstanceContext*)context, to, from, (nuint)length);
    }

    public static void MemoryFill(nint context, long target, int value, long length, int view) =>
        BulkOperations.Fill((InstanceContext*)context, Range(context, view, target, length), (byte)value, (nuint)length);

    public static void MemoryInit(nint context, long target, int source, int length, int segment, int view)
    {
        var bytes = Of(context).DataSegment(segment);
        if ((ulong)(uint)source + (uint)length > (ulong)bytes.Length)
        {
            throw new TrapException(TrapKind.OutOfBoundsMemoryAccess);
        }

        var to = Range(context, view, target, (uint)length);
        fixed (byte* start = bytes)
        {
            BulkOperations.Copy((InstanceContext*)context, to, start + (uint)source, (uint)length);
        }
    }

    public static void DataDrop(nint context, int segment) => Of(context).DropData(segment);

    public static nint TableGet(nint context, long index, int table) => Of(context).Tables[table].Get((ulong)index);

    public static void TableSet(nint context, long index, nint value, int table) => Of(context).Tables[table].Set((ulong)index, value);

    public static long TableGrow(nint context, nint value, long count, int table) =>
        (long?)Of(context).Tables[table].GrowRaw((InstanceContext*)context, (ulong)count, value) ?? -1;

    public static void TableFill(nint context, long index, nint value, long count, int table) =>
        Of(context).Tables[table].Fill((InstanceContext*)context, (ulong)index, value, (ulong)count);

    public static void TableCopy(nint context, long target, long source, long count, int targetTable, int sourceTable)
    {
        var tables = Of(context).Tables;
        tables[targetTable].Copy((InstanceContext*)context, (ulong)target, tables[sourceTable], (ulong)source, (ulong)count);
    }

    public static void TableInit(nint context, long target, int source, int count, int table, int segment) =>
        Of(context).InitializeTable(table, segment, (ulong)target, (uint)source, (uint)count);

    public static void ElementDrop(nint context, int segment) => Of(context).DropElements(segment);

    private static Instance Of(nint context) => ((InstanceContext*)context)->Instance;

    /// <summary>The start of a range of the memory whose view lies at an offset of the context.</summary>
    private static byte* Range(nint context, int view, long address, long length)
    {
        var memory = (MemoryView*)(context + view);
        return (ulong)length <= memory->Length && (ulong)address <= memory->Length - (ulong)length
            ? memory->Base + address
            : throw new TrapException(TrapKind.OutOfBoundsMemoryAccess);
    }
}
