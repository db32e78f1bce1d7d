using System.Runtime.InteropServices;

namespace WasmLab.Wasm.Runtime;

/// <summary>
/// Owns what linked instances have in native memory. An instance starts with a store of its own; linking it to another instance, memory,
/// table or global merges their stores, because from then on compiled code of one may hold pointers into the other. The native
/// memory is freed when every member is disposed and no guest code runs, or when nothing refers to any member.
/// </summary>
internal sealed unsafe class Store
{
    private const nuint LargeAllocation = 1024 * 1024;

    private static readonly Lock Gate = new();

    private readonly List<object> _members = [];
    private readonly List<Instance> _instances = [];
    private readonly List<Allocation> _allocations = [];
    private Store? _mergedInto;
    private int _disposable;
    private int _active;
    private bool _freed;

    ~Store() => Free();

    private Store Root
    {
        get
        {
            var store = this;
            while (store._mergedInto is { } next)
            {
                store = next;
            }

            return store;
        }
    }

    /// <summary>Adds an instance, which keeps the store until <see cref="Release"/>, or a host's object, which keeps it until it is collected.</summary>
    public void AddMember(object member)
    {
        lock (Gate)
        {
            Root._members.Add(member);
            if (member is Instance instance)
            {
                Root._instances.Add(instance);
            }

            Root._disposable++;
        }
    }

    /// <summary>Zeroed memory that the store owns.</summary>
    /// <exception cref="LinkException">The system has no more.</exception>
    public nint Allocate(nuint size)
    {
        var address = TryAllocate(size);
        return address != 0 ? address : throw new LinkException($"{size} bytes cannot be had: the system refuses it");
    }

    /// <inheritdoc cref="Allocate"/>
    /// <remarks>Returns 0 when the system has no more.</remarks>
    public nint TryAllocate(nuint size)
    {
        // What is large comes from the system, page by page as it is touched.
        var isReservation = size >= LargeAllocation;
        var address = isReservation ? AddressSpace.Reserve(size) : (nint)NativeMemory.AlignedAlloc(Math.Max(size, 1), 64);
        if (isReservation && address != 0 && !AddressSpace.Commit(address, size))
        {
            AddressSpace.Release(address, size);
            return 0;
        }

        if (address != 0)
        {
            if (!isReservation)
            {
                NativeMemory.Clear((void*)address, size);
            }

            lock (Gate)
            {
                Root._allocations.Add(new Allocation(address, size, isReservation ? AllocationKind.Reservation : AllocationKind.Heap));
            }
        }

        return address;
    }

    public void Deallocate(nint address)
    {
        Allocation allocation;
        lock (Gate)
        {
            var allocations = Root._allocations;
            var index = allocations.FindIndex(allocation => allocation.Address == address);
            allocation = allocations[index];
            allocations.RemoveAt(index);
        }

        allocation.Free();
    }

    public void OwnReservation(nint address, nuint size)
    {
        lock (Gate)
        {
            Root._allocations.Add(new Allocation(address, size, AllocationKind.Reservation));
        }
    }

    /// <summary>Takes a slot of the arena into its care.</summary>
    public void OwnSlot(nint address)
    {
        lock (Gate)
        {
            Root._allocations.Add(new Allocation(address, GuardedArena.SlotSize, AllocationKind.Slot));
        }
    }

    /// <summary>Whether a guarded memory that guest code of this store uses has just faulted.</summary>
    public bool TakeFault()
    {
        lock (Gate)
        {
            var taken = false;
            foreach (var allocation in Root._allocations)
            {
                taken |= allocation.Kind == AllocationKind.Slot && GuardedArena.Instance!.TakeFault(allocation.Address);
            }

            return taken;
        }
    }

    public InstanceContext* CreateContext(int size, Instance instance)
    {
        var context = (InstanceContext*)Allocate((nuint)size);
        context->Poll = (nint)context;
        context->AllOnes = -1;
        context->Handle = GCHandle.ToIntPtr(GCHandle.Alloc(instance, GCHandleType.Weak));
        return context;
    }

    public void Merge(Store other)
    {
        lock (Gate)
        {
            var (target, source) = (Root, other.Root);
            if (target == source)
            {
                return;
            }

            target._members.AddRange(source._members);
            target._instances.AddRange(source._instances);
            target._allocations.AddRange(source._allocations);
            target._disposable += source._disposable;
            target._active += source._active;
            source._members.Clear();
            source._instances.Clear();
            source._allocations.Clear();
            source._mergedInto = target;
        }
    }

    /// <summary>Marks that guest code runs on this thread, and gives it its stack. Returns what <see cref="Exit"/> must restore.</summary>
    public nuint Enter(int stackSize)
    {
        lock (Gate)
        {
            var root = Root;
            ObjectDisposedException.ThrowIf(root._freed, typeof(Instance));
            var previous = root._instances.Count > 0 ? root._instances[0].Context->StackLimit : 0;
            var limit = ThreadStack.LimitFor(stackSize);
            var nestedHere = root._active > 0 && previous >= ThreadStack.Lowest && previous < ThreadStack.Lowest + (nuint)stackSize + ThreadStack.Reserve;
            root._active++;
            root.SetStackLimit(nestedHere ? Math.Max(previous, limit) : limit);
            return previous;
        }
    }

    public void Exit(nuint previousLimit)
    {
        bool free;
        lock (Gate)
        {
            var root = Root;
            root._active--;
            root.SetStackLimit(previousLimit);
            free = root is { _active: 0, _disposable: 0 };
        }

        if (free)
        {
            FreeNow();
        }
    }

    public void Interrupt()
    {
        lock (Gate)
        {
            foreach (var instance in Root._instances)
            {
                Volatile.Write(ref instance.Context->Poll, 0);
                instance.Context->StackLimit = nuint.MaxValue;
            }
        }
    }

    public void Release()
    {
        bool free;
        lock (Gate)
        {
            var root = Root;
            root._disposable--;
            free = root is { _active: 0, _disposable: 0 };
        }

        if (free)
        {
            FreeNow();
        }
    }

    // A class, so that the lists of it need no code of their own at every start.
    private sealed record Allocation(nint Address, nuint Size, AllocationKind Kind)
    {
        public void Free()
        {
            switch (Kind)
            {
                case AllocationKind.Reservation:
                    AddressSpace.Release(Address, Size);
                    break;
                case AllocationKind.Slot:
                    GuardedArena.Instance!.Return(Address);
                    break;
                default:
                    NativeMemory.AlignedFree((void*)Address);
                    break;
            }
        }
    }

    private enum AllocationKind
    {
        Heap,
        Reservation,
        Slot,
    }

    private void SetStackLimit(nuint limit)
    {
        foreach (var instance in _instances)
        {
            var context = instance.Context;
            context->StackLimit = context->IsInterrupted ? nuint.MaxValue : limit;
        }
    }

    private void FreeNow()
    {
        Root.Free();
    }

    private void Free()
    {
        lock (Gate)
        {
            if (_freed)
            {
                return;
            }

            _freed = true;
            foreach (var instance in _instances)
            {
                GCHandle.FromIntPtr(instance.Context->Handle).Free();
            }

            foreach (var allocation in _allocations)
            {
                allocation.Free();
            }

            foreach (var member in _members)
            {
                (member as IStoreMember)?.StoreFreed();
            }

            _instances.Clear();
            _allocations.Clear();
            _members.Clear();
        }
    }
}

/// <summary>Told when its native memory is gone, so that it never touches it again.</summary>
internal interface IStoreMember
{
    void StoreFreed();
}
