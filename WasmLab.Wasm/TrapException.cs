namespace WasmLab.Wasm;

/// <summary>Why guest code was ended.</summary>
public enum TrapKind
{
    /// <summary>An <c>unreachable</c> instruction ran.</summary>
    Unreachable,

    /// <summary>An address outside of the memory, or outside of a data segment.</summary>
    OutOfBoundsMemoryAccess,

    /// <summary>An index outside of a table, or outside of an element segment.</summary>
    OutOfBoundsTableAccess,

    /// <summary>An indirect call of an index outside of the table.</summary>
    UndefinedElement,

    /// <summary>An indirect call of an empty table element.</summary>
    UninitializedElement,

    /// <summary>An indirect call of a function of another type.</summary>
    IndirectCallTypeMismatch,

    /// <summary>An integer divided by zero.</summary>
    IntegerDivideByZero,

    /// <summary>A result that does not fit the integer type.</summary>
    IntegerOverflow,

    /// <summary>NaN converted to an integer.</summary>
    InvalidConversionToInteger,

    /// <summary>The guest called too deep.</summary>
    CallStackExhausted,

    /// <summary>The host ended the guest with <see cref="Instance.Interrupt"/>.</summary>
    Interrupted,

    /// <summary>The instance's <see cref="Instance.Fuel"/> is used up.</summary>
    OutOfFuel,

    /// <summary>A function is larger than the just-in-time compiler can take.</summary>
    FunctionTooLarge,

    /// <summary>A null reference was thrown as an exception.</summary>
    NullExceptionReference,
}

/// <summary>Guest code was ended. The message is the specification's wording. The stack trace names the guest's functions, short ones that became part of their callers aside.</summary>
public sealed class TrapException : Exception
{
    private readonly NullReferenceException? _fault;

    /// <summary>A trap with the specification's wording.</summary>
    /// <param name="kind">Why the guest was ended.</param>
    public TrapException(TrapKind kind)
        : this(kind, Describe(kind), null)
    {
    }

    /// <summary>A trap with more to say.</summary>
    /// <param name="kind">Why the guest was ended.</param>
    /// <param name="message">The message.</param>
    /// <param name="cause">The exception that led to it, if any.</param>
    public TrapException(TrapKind kind, string message, Exception? cause = null)
        : base(message, cause) => Kind = kind;

    /// <summary>A trap that the processor found: the fault was thrown where the guest's code is.</summary>
    internal TrapException(TrapKind kind, NullReferenceException fault)
        : this(kind) => _fault = fault;

    /// <summary>Why the guest was ended.</summary>
    public TrapKind Kind { get; }

    /// <inheritdoc/>
    public override string? StackTrace => _fault is null ? base.StackTrace : $"{_fault.StackTrace}{Environment.NewLine}{base.StackTrace}";

    private static string Describe(TrapKind kind) => kind switch
    {
        TrapKind.Unreachable => "unreachable",
        TrapKind.OutOfBoundsMemoryAccess => "out of bounds memory access",
        TrapKind.OutOfBoundsTableAccess => "out of bounds table access",
        TrapKind.UndefinedElement => "undefined element",
        TrapKind.UninitializedElement => "uninitialized element",
        TrapKind.IndirectCallTypeMismatch => "indirect call type mismatch",
        TrapKind.IntegerDivideByZero => "integer divide by zero",
        TrapKind.IntegerOverflow => "integer overflow",
        TrapKind.InvalidConversionToInteger => "invalid conversion to integer",
        TrapKind.CallStackExhausted => "call stack exhausted",
        TrapKind.Interrupted => "interrupted",
        TrapKind.OutOfFuel => "all fuel consumed",
        TrapKind.NullExceptionReference => "null exception reference",
        TrapKind.FunctionTooLarge => "function too large to compile",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not a kind of trap"),
    };
}
