using System.IO.MemoryMappedFiles;

namespace WasmLab.Fuzz.Running;

/// <summary>
/// Which case each thread of a worker is at, and since when: in a file that both processes map, so that it is known even after the
/// worker's sudden end.
/// </summary>
internal sealed class ProgressFile : IDisposable
{
    public const int MaxThreads = 64;
    private const int SlotSize = 16;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    private ProgressFile(MemoryMappedFile file)
    {
        _file = file;
        _view = file.CreateViewAccessor();
    }

    public static ProgressFile Create(string path) => new(MemoryMappedFile.CreateFromFile(path, FileMode.Create, null, MaxThreads * SlotSize));

    public static ProgressFile Open(string path) => new(MemoryMappedFile.CreateFromFile(path, FileMode.Open));

    /// <summary>Notes that a thread starts a case.</summary>
    public void Start(int thread, long index)
    {
        _view.Write((thread * SlotSize) + 8, Environment.TickCount64);
        _view.Write(thread * SlotSize, index + 1);
    }

    /// <summary>Notes that a thread has no more to do.</summary>
    public void End(int thread) => _view.Write(thread * SlotSize, 0L);

    /// <summary>The cases that have started and not ended, and how long each has run.</summary>
    public IReadOnlyList<(long Index, TimeSpan Time)> Running() =>
    [
        .. Enumerable.Range(0, MaxThreads)
            .Select(thread => (Index: _view.ReadInt64(thread * SlotSize) - 1, Since: _view.ReadInt64((thread * SlotSize) + 8)))
            .Where(slot => slot.Index >= 0)
            .Select(slot => (slot.Index, TimeSpan.FromMilliseconds(Environment.TickCount64 - slot.Since))),
    ];

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}
