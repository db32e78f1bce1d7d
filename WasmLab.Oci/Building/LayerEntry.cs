namespace WasmLab.Oci;

/// <summary>A file, directory or symbolic link of a layer that is built. Parent directories need no entry.</summary>
public sealed record LayerEntry
{
    private const UnixFileMode ReadWrite = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private LayerEntry(string path, LayerEntryKind kind, UnixFileMode mode)
    {
        Path = path;
        Kind = kind;
        Mode = mode;
    }

    /// <summary>The mode 0644.</summary>
    public static UnixFileMode PlainFile => ReadWrite;

    /// <summary>The mode 0755.</summary>
    public static UnixFileMode Executable => ReadWrite | Execute;

    /// <summary>The path in the image, for example <c>/httpbin</c>.</summary>
    public string Path { get; }

    /// <summary>The permissions.</summary>
    public UnixFileMode Mode { get; }

    internal LayerEntryKind Kind { get; }

    internal ReadOnlyMemory<byte> Content { get; private init; }

    internal string? Source { get; private init; }

    internal string? Target { get; private init; }

    /// <summary>A file with the given content.</summary>
    /// <param name="path">The path in the image.</param>
    /// <param name="content">The content.</param>
    /// <param name="mode">The permissions; null means <see cref="PlainFile"/>.</param>
    /// <returns>The entry.</returns>
    public static LayerEntry File(string path, ReadOnlyMemory<byte> content, UnixFileMode? mode = null) =>
        new(path, LayerEntryKind.File, mode ?? PlainFile) { Content = content };

    /// <summary>A file with the content of a file of this machine, read when the image is built.</summary>
    /// <param name="path">The path in the image.</param>
    /// <param name="source">The file of this machine.</param>
    /// <param name="mode">The permissions; null means <see cref="PlainFile"/>, whatever the source's are, so that every machine builds the same.</param>
    /// <returns>The entry.</returns>
    public static LayerEntry FromFile(string path, string source, UnixFileMode? mode = null) =>
        new(path, LayerEntryKind.File, mode ?? PlainFile) { Source = source };

    /// <summary>A directory.</summary>
    /// <param name="path">The path in the image.</param>
    /// <param name="mode">The permissions; null means 0755.</param>
    /// <returns>The entry.</returns>
    public static LayerEntry Directory(string path, UnixFileMode? mode = null) => new(path, LayerEntryKind.Directory, mode ?? Executable);

    /// <summary>A symbolic link.</summary>
    /// <param name="path">The path in the image.</param>
    /// <param name="target">What it points to.</param>
    /// <returns>The entry.</returns>
    public static LayerEntry SymbolicLink(string path, string target) =>
        new(path, LayerEntryKind.SymbolicLink, ReadWrite | Execute | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite) { Target = target };
}

internal enum LayerEntryKind
{
    File,
    Directory,
    SymbolicLink,
}
