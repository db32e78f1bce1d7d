using System.Runtime.InteropServices;

namespace WasmLab.Wasm.Runtime;

/// <summary>
/// The head of an instance's native block, which compiled code gets as its first argument. Behind it lie the instance's globals, tables
/// and functions, at offsets that <see cref="ContextLayout"/> computes once per module.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct InstanceContext
{
    public const int MemoryBaseOffset = 0;
    public const int MemoryLengthOffset = 8;
    public const int StackLimitOffset = 16;
    public const int PollOffset = 24;
    public const int FuelOffset = 40;
    public const int AllOnesOffset = 48;
    public const int HeaderSize = 64;

    public byte* MemoryBase;
    public ulong MemoryLength;
    public nuint StackLimit;

    /// <summary>What compiled loops read through: a valid address, or 0 once the guest must end, which faults.</summary>
    public nint Poll;

    /// <summary>A weak <see cref="GCHandle"/> of the <see cref="Instance"/>.</summary>
    public nint Handle;

    /// <summary>What is left of the fuel; where none is counted, more than can be used.</summary>
    public long Fuel;

    /// <summary>All bits are set: a mask that the just-in-time compiler does not know.</summary>
    public long AllOnes;

    public readonly bool IsInterrupted => Volatile.Read(in Poll) == 0;

    public readonly Instance Instance =>
        (Instance?)GCHandle.FromIntPtr(Handle).Target ?? throw new ObjectDisposedException(nameof(Instance));
}

/// <summary>A memory as compiled code sees it. The first memory's view is the head of the context.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MemoryView
{
    public const int BaseOffset = 0;
    public const int LengthOffset = 8;
    public const int Size = 16;

    public byte* Base;
    public ulong Length;
}

/// <summary>A table as compiled code sees it: where its elements are, and how many.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TableView
{
    public const int ElementsOffset = 0;
    public const int LengthOffset = 8;
    public const int Size = 16;

    public nint Elements;
    public ulong Length;
}

/// <summary>
/// A function as compiled code sees it, and what a funcref points to. Calling it is calling <see cref="Code"/> with
/// <see cref="Context"/> as the first argument. As long as the function is not compiled, or when it is the host's, the context is the
/// address of this very record, and the code is a stub that its type shares.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct FunctionRecord
{
    public const int TypeIdOffset = 0;
    public const int CodeOffset = 8;
    public const int ContextOffset = 16;
    public const int HomeOffset = 24;
    public const int Size = 32;

    public int TypeId;
    public int Index;
    public nint Code;
    public nint Context;

    /// <summary>The instance that defined it, or imported it from the host.</summary>
    public InstanceContext* Home;
}
