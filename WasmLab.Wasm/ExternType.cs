using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace WasmLab.Wasm;

/// <summary>The type of something that a module imports or exports.</summary>
public abstract record ExternType
{
    private protected ExternType()
    {
    }
}

/// <summary>The type of a function. Two types with the same parameters and results are equal.</summary>
/// <param name="Parameters">The types of the parameters, first to last.</param>
/// <param name="Results">The types of the results, first to last.</param>
public sealed record FunctionType(IReadOnlyList<ValueType> Parameters, IReadOnlyList<ValueType> Results) : ExternType
{
    /// <summary>How many slots the arguments of a call take: one each, two of a v128.</summary>
    public int ParameterSlots => CountSlots(Parameters);

    /// <summary>How many slots the results of a call take: one each, two of a v128.</summary>
    public int ResultSlots => CountSlots(Results);

    /// <inheritdoc/>
    public bool Equals(FunctionType? other) =>
        other is not null
        && (ReferenceEquals(this, other)
            || (Same(Parameters, other.Parameters) && Same(Results, other.Results)));

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        for (var i = 0; i < Parameters.Count; i++)
        {
            hash.Add((int)Parameters[i]);
        }

        hash.Add(-1);
        for (var i = 0; i < Results.Count; i++)
        {
            hash.Add((int)Results[i]);
        }

        return hash.ToHashCode();
    }

    /// <summary>A number that is the same in every process, and another one for another type with all but certainty.</summary>
    internal int StableNumber() => BinaryPrimitives.ReadInt32LittleEndian(SHA256.HashData(Encoding.ASCII.GetBytes(ToString())));

    /// <summary>Writes the type as the specification does: <c>[i32 i64] -> [f32]</c>.</summary>
    public override string ToString() => $"[{Join(Parameters)}] -> [{Join(Results)}]";

    private static int CountSlots(IReadOnlyList<ValueType> types)
    {
        var slots = 0;
        for (var i = 0; i < types.Count; i++)
        {
            slots += types[i].SlotCount();
        }

        return slots;
    }

    private static bool Same(IReadOnlyList<ValueType> left, IReadOnlyList<ValueType> right)
    {
        if (left.Count != right.Count)
        {
            return false;
        }

        for (var i = 0; i < left.Count; i++)
        {
            if (left[i] != right[i])
            {
                return false;
            }
        }

        return true;
    }

    private static string Join(IReadOnlyList<ValueType> types) => string.Join(' ', types.Select(type => type.Name()));
}

/// <summary>The size range of a memory (in pages) or a table (in elements).</summary>
/// <param name="Minimum">The size at the start.</param>
/// <param name="Maximum">The size it may grow to, or null when the module sets none.</param>
public readonly record struct Limits(ulong Minimum, ulong? Maximum = null)
{
    /// <summary>Writes the limits as <c>1..2</c>, or <c>1..</c> without a maximum.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Minimum}..{Maximum}");

    internal bool Admits(ulong actualSize, ulong? actualMaximum) =>
        actualSize >= Minimum && (Maximum is null || (actualMaximum is not null && actualMaximum <= Maximum));
}

/// <summary>The type of a memory.</summary>
/// <param name="Limits">Its size range, in pages of 64 KiB.</param>
/// <param name="AddressType">The type of its addresses: <see cref="ValueType.I32"/> or <see cref="ValueType.I64"/>.</param>
public sealed record MemoryType(Limits Limits, ValueType AddressType = ValueType.I32) : ExternType
{
    /// <inheritdoc/>
    public override string ToString() => AddressType == ValueType.I64 ? $"memory i64 {Limits} pages" : $"memory {Limits} pages";
}

/// <summary>The type of a table.</summary>
/// <param name="Element">The type of its elements: <see cref="ValueType.FuncRef"/> or <see cref="ValueType.ExternRef"/>.</param>
/// <param name="Limits">Its size range, in elements.</param>
/// <param name="AddressType">The type of its indices: <see cref="ValueType.I32"/> or <see cref="ValueType.I64"/>.</param>
public sealed record TableType(ValueType Element, Limits Limits, ValueType AddressType = ValueType.I32) : ExternType
{
    /// <inheritdoc/>
    public override string ToString() => AddressType == ValueType.I64 ? $"table i64 {Limits} {Element.Name()}" : $"table {Limits} {Element.Name()}";
}

/// <summary>The type of a tag: what the exceptions carry that are thrown with it.</summary>
/// <param name="Parameters">The types of the values.</param>
public sealed record TagType(IReadOnlyList<ValueType> Parameters) : ExternType
{
    /// <summary>How many slots the values take: one each, two of a v128.</summary>
    internal int Slots => Parameters.Sum(type => type.SlotCount());

    /// <inheritdoc/>
    public bool Equals(TagType? other) => other is not null && Parameters.SequenceEqual(other.Parameters);

    /// <inheritdoc/>
    public override int GetHashCode() => Parameters.Aggregate(0, (hash, type) => HashCode.Combine(hash, (int)type));

    /// <inheritdoc/>
    public override string ToString() => $"tag [{string.Join(' ', Parameters.Select(type => type.Name()))}]";
}

/// <summary>The type of a global.</summary>
/// <param name="Value">The type of its value.</param>
/// <param name="IsMutable">Whether the value may change.</param>
public sealed record GlobalType(ValueType Value, bool IsMutable) : ExternType
{
    /// <inheritdoc/>
    public override string ToString() => IsMutable ? $"global (mut {Value.Name()})" : $"global {Value.Name()}";
}
