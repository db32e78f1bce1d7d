using System.Runtime.InteropServices;

namespace WasmLab.Wasm.Runtime;

/// <summary>
/// The address space in which guarded memories lie, each in a slot as large as the farthest address that compiled code can form without
/// a check. A fault in it becomes a <see cref="NullReferenceException"/> at the faulting instruction, and the slot remembers it, so that
/// it can be told from any other. See RATIONALE.md.
/// </summary>
internal sealed unsafe class GuardedArena
{
    /// <summary>A 32-bit address and an offset whose access ends within 4 GiB stay in one slot.</summary>
    public const long MaxOffset = 1L << 32;

    public const int SlotBits = 33;

    public static readonly nuint SlotSize = (nuint)1 << SlotBits;

    // 32 TiB of the 128 that a process has; less where the processor or a limit grants less.
    private const int MostSlots = 4096;
    private const int FewestSlots = 64;

    private static readonly Lazy<(GuardedArena? Arena, string? Obstacle)> Shared = new(Create);

    private readonly nint _start;
    private readonly int _slots;
    private readonly nint* _faults;
    private readonly Stack<nint> _free = [];
    private int _used;

    private GuardedArena(nint start, int slots, nint* faults)
    {
        (_start, _slots) = (start, slots);
        _faults = faults;
    }

    /// <summary>The process's arena, or null.</summary>
    public static GuardedArena? Instance => Shared.Value.Arena;

    /// <summary>Why there is no arena.</summary>
    public static string? Obstacle => Shared.Value.Obstacle;

    /// <summary>Returns the address of an unused slot, nothing of which may be touched yet, or 0 when all are in use.</summary>
    public nint Take()
    {
        var slot = TakeFree();
        if (slot == 0)
        {
            // Memories that nobody refers to any more give their slots back when they are collected.
            GC.Collect();
            GC.WaitForPendingFinalizers();
            slot = TakeFree();
        }

        return slot;
    }

    /// <summary>Takes a slot back, and gives the memory in it to the system.</summary>
    public void Return(nint slot)
    {
        // A slot that could not be cleared is not given to another guest.
        if (AddressSpace.Discard(slot, SlotSize))
        {
            lock (_free)
            {
                _faults[IndexOf(slot)] = 0;
                _free.Push(slot);
            }
        }
    }

    /// <summary>Whether an access to a slot has faulted since the last call.</summary>
    public bool TakeFault(nint slot)
    {
        var fault = _faults[IndexOf(slot)];
        _faults[IndexOf(slot)] = 0;
        return fault != 0;
    }

    private static (GuardedArena? Arena, string? Obstacle) Create()
    {
        if (!FaultHandler.IsSupported)
        {
            return (null, "guard pages need 64-bit Linux on x64");
        }

        for (var slots = MostSlots; slots >= FewestSlots; slots /= 2)
        {
            var size = SlotSize * (nuint)slots;
            var start = AddressSpace.Reserve(size);
            if (start == 0)
            {
                continue;
            }

            var faults = (nint*)NativeMemory.AllocZeroed((nuint)slots, (nuint)sizeof(nint));
            if (FaultHandler.Install(start, slots, faults))
            {
                return (new GuardedArena(start, slots, faults), null);
            }

            AddressSpace.Release(start, size);
            NativeMemory.Free(faults);
            return (null, "the system does not allow a signal handler of our own");
        }

        return (null, "the system does not grant so much address space (see ulimit -v)");
    }

    private nint TakeFree()
    {
        lock (_free)
        {
            if (_free.TryPop(out var slot))
            {
                return slot;
            }

            return _used < _slots ? _start + ((nint)_used++ << SlotBits) : 0;
        }
    }

    private int IndexOf(nint slot) => (int)((slot - _start) >> SlotBits);
}
