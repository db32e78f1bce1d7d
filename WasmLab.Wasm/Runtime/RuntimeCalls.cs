namespace WasmLab.Wasm.Runtime;

/// <summary>What compiled code calls for everything that is not worth being inlined. Every method takes the context first.</summary>
internal static unsafe class RuntimeCalls
{
    /// <summary>Compiles the function of a record and makes the record call it directly from now on.</summary>
    public static nint Resolve(nint address)
    {
        var record = (FunctionRecord*)address;
        var home = record->Home;
        if (ThreadStack.Remaining < ThreadStack.Reserve / 2 || Volatile.Read(ref home->Interrupted) != 0)
        {
            throw Trap((nint)home, (int)TrapKind.CallStackExhausted);
        }

        var code = home->Instance.Module.Compiled.CodeOf(record->Index);
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
        if (Volatile.Read(ref record->Home->Interrupted) != 0)
        {
            throw Trap((nint)record->Home, (int)TrapKind.Interrupted);
        }
    }

    /// <summary>The exception of a trap. A function's entry finds an interruption as an exhausted stack: one check serves both.</summary>
    public static Exception Trap(nint context, int kind)
    {
        var head = (InstanceContext*)context;
        return Volatile.Read(ref head->Interrupted) != 0 && (TrapKind)kind is TrapKind.CallStackExhausted or TrapKind.Interrupted
            ? new TrapException(TrapKind.Interrupted, head->Instance.InterruptionMessage)
            : new TrapException((TrapKind)kind);
    }

    public static int MemoryGrow(nint context, int pages) => (int?)Of(context).Memories[0].Grow((uint)pages) ?? -1;

    public static void MemoryCopy(nint context, int target, int source, int length)
    {
        var head = (InstanceContext*)context;
        CheckMemory(head, (uint)target, (uint)length);
        CheckMemory(head, (uint)source, (uint)length);
        BulkOperations.Copy(head, head->MemoryBase + (uint)target, head->MemoryBase + (uint)source, (uint)length);
    }

    public static void MemoryFill(nint context, int target, int value, int length)
    {
        var head = (InstanceContext*)context;
        CheckMemory(head, (uint)target, (uint)length);
        BulkOperations.Fill(head, head->MemoryBase + (uint)target, (byte)value, (uint)length);
    }

    public static void MemoryInit(nint context, int target, int source, int length, int segment)
    {
        var head = (InstanceContext*)context;
        var bytes = head->Instance.DataSegment(segment);
        if ((ulong)(uint)source + (uint)length > (ulong)bytes.Length)
        {
            throw new TrapException(TrapKind.OutOfBoundsMemoryAccess);
        }

        CheckMemory(head, (uint)target, (uint)length);
        fixed (byte* start = bytes)
        {
            BulkOperations.Copy(head, head->MemoryBase + (uint)target, start + (uint)source, (uint)length);
        }
    }

    public static void DataDrop(nint context, int segment) => Of(context).DropData(segment);

    public static nint TableGet(nint context, int index, int table) => Of(context).Tables[table].Get((uint)index);

    public static void TableSet(nint context, int index, nint value, int table) => Of(context).Tables[table].Set((uint)index, value);

    public static int TableGrow(nint context, nint value, int count, int table) =>
        (int?)Of(context).Tables[table].GrowRaw((InstanceContext*)context, (uint)count, value) ?? -1;

    public static void TableFill(nint context, int index, nint value, int count, int table) =>
        Of(context).Tables[table].Fill((InstanceContext*)context, (uint)index, value, (uint)count);

    public static void TableCopy(nint context, int target, int source, int count, int targetTable, int sourceTable)
    {
        var tables = Of(context).Tables;
        tables[targetTable].Copy((InstanceContext*)context, (uint)target, tables[sourceTable], (uint)source, (uint)count);
    }

    public static void TableInit(nint context, int target, int source, int count, int table, int segment) =>
        Of(context).InitializeTable(table, segment, (uint)target, (uint)source, (uint)count);

    public static void ElementDrop(nint context, int segment) => Of(context).DropElements(segment);

    private static Instance Of(nint context) => ((InstanceContext*)context)->Instance;

    private static void CheckMemory(InstanceContext* head, uint address, uint length)
    {
        if ((ulong)address + length > head->MemoryLength)
        {
            throw new TrapException(TrapKind.OutOfBoundsMemoryAccess);
        }
    }
}
