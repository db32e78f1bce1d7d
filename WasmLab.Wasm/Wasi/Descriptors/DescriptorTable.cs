namespace WasmLab.Wasm.Wasi.Descriptors;

/// <summary>The guest's descriptors by number; a new one takes the lowest free number, as POSIX wants.</summary>
internal sealed class DescriptorTable : IDisposable
{
    // Above the usual limit of a process and far below what would exhaust the host.
    private const int MaximumCount = 65536;

    private readonly List<Descriptor?> _slots = [];
    private int _lowestFree;

    public int Add(Descriptor descriptor)
    {
        while (_lowestFree < _slots.Count && _slots[_lowestFree] is not null)
        {
            _lowestFree++;
        }

        if (_lowestFree >= MaximumCount)
        {
            descriptor.Dispose();
            throw new WasiErrnoException(Errno.TooManyDescriptors);
        }

        if (_lowestFree == _slots.Count)
        {
            _slots.Add(descriptor);
        }
        else
        {
            _slots[_lowestFree] = descriptor;
        }

        return _lowestFree++;
    }

    public Descriptor? Find(uint number) => number < (uint)_slots.Count ? _slots[(int)number] : null;

    public Descriptor Get(uint number) => Find(number) ?? throw new WasiErrnoException(Errno.BadDescriptor);

    public Descriptor Get(uint number, Rights rights)
    {
        var descriptor = Get(number);
        return (descriptor.Rights & rights) == rights ? descriptor : throw new WasiErrnoException(Errno.NotCapable);
    }

    public DirectoryDescriptor GetDirectory(uint number, Rights rights) =>
        Get(number) is not DirectoryDescriptor directory ? throw new WasiErrnoException(Errno.NotDirectory)
        : (directory.Rights & rights) == rights ? directory
        : throw new WasiErrnoException(Errno.NotCapable);

    public FileDescriptor GetFile(uint number, Rights rights) =>
        Get(number, rights) switch
        {
            FileDescriptor file => file,
            DirectoryDescriptor => throw new WasiErrnoException(Errno.IsDirectory),
            _ => throw new WasiErrnoException(Errno.IllegalSeek),
        };

    public SocketDescriptor GetSocket(uint number) =>
        Get(number) as SocketDescriptor ?? throw new WasiErrnoException(Errno.NotSocket);

    public void Close(uint number)
    {
        Get(number).Dispose();
        _slots[(int)number] = null;
        _lowestFree = Math.Min(_lowestFree, (int)number);
    }

    /// <summary>Moves a descriptor onto another open number, which is closed.</summary>
    public void Renumber(uint from, uint to)
    {
        var moved = Get(from);
        var replaced = Get(to);
        if (from == to)
        {
            return;
        }

        replaced.Dispose();
        _slots[(int)to] = moved;
        _slots[(int)from] = null;
        _lowestFree = Math.Min(_lowestFree, (int)from);
    }

    public void Dispose()
    {
        foreach (var descriptor in _slots)
        {
            descriptor?.Dispose();
        }

        _slots.Clear();
    }
}
