using System.Runtime.InteropServices;

namespace WasmLab.Wasm.Runtime;

/// <summary>Reserves address space without using memory, and makes parts of it usable later, so that a memory grows without moving.</summary>
internal static partial class AddressSpace
{
    private const int ReadWrite = 0x1 | 0x2;
    private const uint MemReserve = 0x2000;
    private const uint MemCommit = 0x1000;
    private const uint MemRelease = 0x8000;
    private const uint PageNoAccess = 0x01;
    private const uint PageReadWrite = 0x04;

    /// <summary>Returns the address, or 0 when so much cannot be had.</summary>
    public static nint Reserve(nuint size)
    {
        if (OperatingSystem.IsWindows())
        {
            return VirtualAlloc(0, size, MemReserve, PageNoAccess);
        }

        var flags = 0x2 | (OperatingSystem.IsLinux() ? 0x20 | 0x4000 : 0x1000 | 0x40); // private, anonymous, no swap reserved
        var address = MemoryMap(0, size, 0, flags, -1, 0);
        return address == -1 ? 0 : address;
    }

    public static bool Commit(nint address, nuint size) => OperatingSystem.IsWindows()
        ? VirtualAlloc(address, size, MemCommit, PageReadWrite) != 0
        : MemoryProtect(address, size, ReadWrite) == 0;

    /// <summary>Gives the memory of a range back and makes it unusable; the address space stays reserved. Linux only.</summary>
    public static bool Discard(nint address, nuint size) =>
        MemoryMap(address, size, 0, 0x2 | 0x10 | 0x20 | 0x4000, -1, 0) == address; // private, fixed, anonymous, no swap reserved

    /// <summary>Makes a range readable and executable, and no longer writable. Not for Windows.</summary>
    public static bool MakeExecutable(nint address, nuint size) => MemoryProtect(address, size, 0x1 | 0x4) == 0;

    public static void Release(nint address, nuint size)
    {
        if (OperatingSystem.IsWindows())
        {
            _ = VirtualFree(address, 0, MemRelease);
        }
        else
        {
            _ = MemoryUnmap(address, size);
        }
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint MemoryMap(nint address, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int MemoryProtect(nint address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int MemoryUnmap(nint address, nuint length);

    [LibraryImport("kernel32")]
    private static partial nint VirtualAlloc(nint address, nuint size, uint allocationType, uint protection);

    [LibraryImport("kernel32")]
    private static partial int VirtualFree(nint address, nuint size, uint freeType);
}
