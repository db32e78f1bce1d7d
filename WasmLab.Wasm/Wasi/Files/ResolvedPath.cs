namespace WasmLab.Wasm.Wasi.Files;

/// <summary>
/// Where a guest's path leads: a name in an open directory. While it is held, no renaming on the host can move it elsewhere.
/// </summary>
/// <param name="root">The directory that the guest's path began at, which stays its owner's.</param>
/// <param name="directory">The directory that the last name is in.</param>
/// <param name="name">The last name; null when the path leads to the directory itself.</param>
/// <param name="status">What was there when it was looked at; null when nothing was.</param>
/// <param name="mustBeDirectory">The guest wrote a trailing slash, or a dot at the end.</param>
internal sealed class ResolvedPath(HostDirectory root, HostDirectory directory, string? name, FileStatus? status, bool mustBeDirectory) : IDisposable
{
    public HostDirectory Directory { get; } = directory;

    public string? Name { get; } = name;

    public FileStatus? Status { get; } = status;

    public bool MustBeDirectory { get; } = mustBeDirectory;

    public FileType Type => Status?.Type ?? FileType.Unknown;

    /// <summary>The name that is to be made, moved or removed, which the directory itself cannot be.</summary>
    public string RequiredName => Name ?? throw new WasiErrnoException(Errno.Invalid);

    public void Dispose()
    {
        if (!ReferenceEquals(Directory, root))
        {
            Directory.Dispose();
        }
    }
}
