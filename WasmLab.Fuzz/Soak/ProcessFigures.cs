using System.Diagnostics;
using System.Globalization;

namespace WasmLab.Fuzz.Soak;

/// <summary>What this process holds of the system. On other systems than Linux the last two are 0.</summary>
/// <param name="Heap">The managed heap after a collection, in bytes.</param>
/// <param name="Resident">The resident memory, in bytes.</param>
/// <param name="Threads">The threads.</param>
/// <param name="Descriptors">The open file descriptors.</param>
/// <param name="Mappings">The mappings of its address space.</param>
internal sealed record ProcessFigures(long Heap, long Resident, int Threads, int Descriptors, int Mappings)
{
    private const double Megabyte = 1024 * 1024;

    public static ProcessFigures Take()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        var heap = GC.GetGCMemoryInfo(GCKind.FullBlocking).HeapSizeBytes;
        using var process = Process.GetCurrentProcess();
        var isLinux = OperatingSystem.IsLinux();
        return new ProcessFigures(
            heap, process.WorkingSet64, process.Threads.Count,
            isLinux ? Directory.EnumerateFileSystemEntries("/proc/self/fd").Count() : 0,
            isLinux ? File.ReadLines("/proc/self/maps").Count() : 0);
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"heap {Heap / Megabyte:F1} MB, resident {Resident / Megabyte:F1} MB, {Threads} threads, {Descriptors} descriptors, {Mappings} mappings");
}
