namespace WasmLab.Wasm.Wasi;

/// <summary>One call of the guest: whose, with what memory and arguments.</summary>
internal readonly ref struct WasiCall(WasiContext context, WasiInterface version, GuestMemory memory, ReadOnlySpan<long> arguments)
{
    private readonly ReadOnlySpan<long> _arguments = arguments;

    public WasiContext Context { get; } = context;

    public WasiInterface Interface { get; } = version;

    public GuestMemory Memory { get; } = memory;

    public uint UInt32(int index) => (uint)_arguments[index];

    public int Int32(int index) => (int)_arguments[index];

    public long Int64(int index) => _arguments[index];

    /// <summary>The bytes that a pointer and a length, two arguments in a row, stand for.</summary>
    public Span<byte> Bytes(int index) => Memory.Bytes(UInt32(index), UInt32(index + 1));

    /// <summary>The path that a pointer and a length, two arguments in a row, stand for.</summary>
    public string Path(int index) => Files.GuestPath.Decode(Bytes(index));

    /// <summary>Where a result of this size goes, checked before anything is done.</summary>
    public Span<byte> Result(int index, uint size) => Memory.Bytes(UInt32(index), size);

    /// <summary>Where a status of a file goes.</summary>
    public Span<byte> FileStatResult(int index) => Result(index, Files.FileStatus.SizeIn(Interface));

    public IoVectors Vectors(int index) => new(Memory, UInt32(index), UInt32(index + 1));
}

/// <summary>The body of an import.</summary>
internal delegate Errno WasiFunction(WasiCall call);

/// <summary>An import that is offered: its name, its type and its body.</summary>
internal sealed record WasiImport(string Name, FunctionType Type, WasiFunction Body)
{
    private static readonly ValueType[] ErrnoResult = [ValueType.I32];

    /// <summary>An import with an errno as its result. The signature has one letter a parameter: i for i32, l for i64.</summary>
    public static WasiImport Returning(string name, string signature, WasiFunction body) =>
        new(name, new FunctionType(Parameters(signature), ErrnoResult), body);

    /// <summary>An import without a result.</summary>
    public static WasiImport Void(string name, string signature, WasiFunction body) =>
        new(name, new FunctionType(Parameters(signature), []), body);

    private static ValueType[] Parameters(string signature) =>
        [.. signature.Select(letter => letter == 'l' ? ValueType.I64 : ValueType.I32)];
}
