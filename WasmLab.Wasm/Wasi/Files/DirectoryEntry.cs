namespace WasmLab.Wasm.Wasi.Files;

/// <summary>One name in a directory.</summary>
internal sealed record DirectoryEntry(byte[] Name, FileType Type, ulong Inode)
{
    /// <summary>The two entries that come first. The parent may lie outside of what the guest may see, so its number is not told.</summary>
    public static List<DirectoryEntry> SelfAndParent(ulong inode) =>
    [
        new("."u8.ToArray(), FileType.Directory, inode),
        new(".."u8.ToArray(), FileType.Directory, inode),
    ];
}
