namespace WasmLab.Wasm.Runtime;

/// <summary>What compiled code calls to throw and to catch. Values travel through the context's place for results.</summary>
internal static unsafe class ExceptionCalls
{
    // An exception in a place that only numbers fit: a table, a global, a further result. Such places are rare, and keep it for good.
    private static readonly ExternReferences References = new();

    /// <summary>The exception of a throw, with the values that lie at an address.</summary>
    public static Exception Create(nint context, int tag, long* values)
    {
        var thrown = ((InstanceContext*)context)->Instance.Tags[tag];
        return new WasmException(thrown, new ReadOnlySpan<long>(values, thrown.Type.Slots).ToArray());
    }

    /// <summary>The exception of a throw_ref.</summary>
    public static Exception Rethrown(WasmException? exception) => exception ?? (Exception)new TrapException(TrapKind.NullExceptionReference);

    /// <summary>Whether a clause for a tag takes the exception.</summary>
    public static bool HasTag(WasmException exception, nint context, int tag) =>
        exception.Tag == ((InstanceContext*)context)->Instance.Tags[tag];

    /// <summary>Writes the values that an exception carries to an address.</summary>
    public static void Unpack(WasmException exception, long* values) => exception.Slots.CopyTo(new Span<long>(values, exception.Slots.Length));

    public static nint HandleOf(WasmException? exception) => References.HandleOf(exception);

    public static WasmException? FromHandle(nint handle) => (WasmException?)References.ObjectOf(handle);
}
