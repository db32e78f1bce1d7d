using WasmLab.Wasm.Wasi.Files;

namespace WasmLab.Wasm.Wasi.Descriptors;

/// <summary>A directory and all below it: a capability. Paths through it never leave it.</summary>
internal sealed class DirectoryDescriptor(string hostPath, string? preopenName) : Descriptor
{
    private IReadOnlyList<DirectoryEntry> _listing = [];

    public string HostPath { get; } = hostPath;

    /// <summary>The guest's name for it; null when it is not a preopen.</summary>
    public string? PreopenName { get; } = preopenName;

    public override FileType Type => FileType.Directory;

    public override Errno Read(WasiContext context, IoVectors buffers, out int count)
    {
        count = 0;
        return Errno.IsDirectory;
    }

    public override Errno Write(WasiContext context, IoVectors buffers, out int count)
    {
        count = 0;
        return Errno.IsDirectory;
    }

    public override Errno Synchronize() => Errno.Success;

    public override FileStatus GetStatus() =>
        FileStatus.Find(HostPath) ?? throw new WasiErrnoException(Errno.NoEntry);

    /// <summary>The entries as they were when the reading began: a cookie stays valid while the directory changes.</summary>
    public IReadOnlyList<DirectoryEntry> List(bool restart)
    {
        if (restart || _listing.Count == 0)
        {
            _listing = DirectoryEntry.List(HostPath);
        }

        return _listing;
    }
}
