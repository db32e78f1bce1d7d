using WasmLab.Wasm.Wasi.Files;

namespace WasmLab.Wasm.Wasi.Descriptors;

/// <summary>A directory and all below it: a capability. Paths through it never leave it.</summary>
internal sealed class DirectoryDescriptor(HostDirectory directory, string? preopenName) : Descriptor
{
    private IReadOnlyList<DirectoryEntry> _listing = [];

    public HostDirectory Directory { get; } = directory;

    /// <summary>The guest's name for it; null when it is not a preopen.</summary>
    public string? PreopenName { get; } = preopenName;

    public override FileType Type => FileType.Directory;

    /// <summary>Finds what a path through this directory leads to.</summary>
    public ResolvedPath Resolve(string path, bool followLast) => GuestPath.Resolve(Directory, path, followLast);

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

    public override Errno Synchronize()
    {
        Directory.Synchronize();
        return Errno.Success;
    }

    public override FileStatus GetStatus() => Directory.Status;

    /// <summary>The entries as they were when the reading began: a cookie stays valid while the directory changes.</summary>
    public IReadOnlyList<DirectoryEntry> List(bool restart)
    {
        if (restart || _listing.Count == 0)
        {
            _listing = Directory.List();
        }

        return _listing;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Directory.Dispose();
        }

        base.Dispose(disposing);
    }
}
