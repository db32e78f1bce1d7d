using System.Runtime.InteropServices;

namespace WasmLab.Wasm.Runtime;

/// <summary>Where the current thread's stack ends, so that guest code can stop before it: overflowing it would end the process.</summary>
internal static unsafe partial class ThreadStack
{
    /// <summary>
    /// Left free below the guest's limit: for the frame that is built before its check, for host functions, for the just-in-time
    /// compiler and for the runtime's exception handling.
    /// </summary>
    public const int Reserve = 256 * 1024;

    private const int AssumedSize = 512 * 1024;

    [ThreadStatic]
    private static nuint t_lowest;

    /// <summary>The lowest address that may be used by this thread.</summary>
    public static nuint Lowest
    {
        get
        {
            if (t_lowest == 0)
            {
                t_lowest = Find();
            }

            return t_lowest;
        }
    }

    /// <summary>About how many bytes the current thread has left.</summary>
    public static long Remaining
    {
        get
        {
            byte marker;
            return (long)((nuint)(&marker) - Lowest);
        }
    }

    /// <summary>The address below which guest code traps, when it starts here and may use so many bytes.</summary>
    public static nuint LimitFor(int size)
    {
        byte marker;
        var here = (nuint)(&marker);
        var floor = Lowest + Reserve;
        var wanted = here > (nuint)size ? here - (nuint)size : 0;
        return Math.Max(floor, wanted);
    }

    private static nuint Find()
    {
        byte marker;
        var here = (nuint)(&marker);
        try
        {
            if (OperatingSystem.IsWindows())
            {
                GetCurrentThreadStackLimits(out var low, out _);
                return low + (64 * 1024); // the guard pages
            }

            if (OperatingSystem.IsMacOS())
            {
                var self = PthreadSelf();
                return PthreadGetStackAddress(self) - PthreadGetStackSize(self);
            }

            var attributes = stackalloc byte[256];
            if (PthreadGetAttributes(PthreadSelf(), attributes) == 0)
            {
                nuint address, size;
                var known = PthreadAttributesGetStack(attributes, &address, &size) == 0;
                _ = PthreadAttributesDestroy(attributes);
                if (known && address < here && here - address <= size)
                {
                    return address;
                }
            }
        }
        catch (EntryPointNotFoundException)
        {
            // An unusual C library: assume little.
        }

        return here - AssumedSize;
    }

    [LibraryImport("libc", EntryPoint = "pthread_self")]
    private static partial nint PthreadSelf();

    [LibraryImport("libc", EntryPoint = "pthread_getattr_np")]
    private static partial int PthreadGetAttributes(nint thread, byte* attributes);

    [LibraryImport("libc", EntryPoint = "pthread_attr_getstack")]
    private static partial int PthreadAttributesGetStack(byte* attributes, nuint* address, nuint* size);

    [LibraryImport("libc", EntryPoint = "pthread_attr_destroy")]
    private static partial int PthreadAttributesDestroy(byte* attributes);

    [LibraryImport("libc", EntryPoint = "pthread_get_stackaddr_np")]
    private static partial nuint PthreadGetStackAddress(nint thread);

    [LibraryImport("libc", EntryPoint = "pthread_get_stacksize_np")]
    private static partial nuint PthreadGetStackSize(nint thread);

    [LibraryImport("kernel32")]
    private static partial void GetCurrentThreadStackLimits(out nuint low, out nuint high);
}
