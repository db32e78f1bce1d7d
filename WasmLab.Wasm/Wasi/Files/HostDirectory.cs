using WasmLab.Wasm.Wasi.Descriptors;

namespace WasmLab.Wasm.Wasi.Files;

/// <summary>
/// An open directory of the host. Every name given to it is one component, never a path and never <c>..</c>, and a symbolic link under
/// that name is never followed. What fails ends the call with POSIX's error for it.
/// </summary>
internal abstract class HostDirectory : IDisposable
{
    /// <summary>Opens a directory that the host itself names.</summary>
    public static HostDirectory Open(string hostPath) =>
        OperatingSystem.IsLinux() ? LinuxDirectory.Open(hostPath) : new PortableDirectory(Path.GetFullPath(hostPath));

    public abstract FileStatus Status { get; }

    /// <summary>Null when there is nothing under the name.</summary>
    public abstract FileStatus? Find(string name);

    /// <summary>Opens a directory in it. <see cref="Errno.NotDirectory"/> is also the answer for a link.</summary>
    public abstract Errno TryOpenDirectory(string name, out HostDirectory? directory);

    /// <summary>Opens it once more, for a descriptor of its own.</summary>
    public abstract HostDirectory Reopen();

    public abstract FileDescriptor OpenFile(string name, FileOpening opening);

    public abstract IReadOnlyList<DirectoryEntry> List();

    /// <summary>The text of a symbolic link, with the guest's separators.</summary>
    public abstract string ReadLink(string name);

    public abstract void CreateDirectory(string name);

    public abstract void CreateSymbolicLink(string name, string target);

    public abstract void CreateLink(string name, HostDirectory existingDirectory, string existingName);

    public abstract void RemoveDirectory(string name);

    public abstract void Unlink(string name);

    public abstract void Rename(string name, HostDirectory targetDirectory, string targetName);

    public abstract void SetTimes(string name, FileTimes times);

    public abstract void SetTimes(FileTimes times);

    /// <summary>Brings its entries to the disk.</summary>
    public abstract void Synchronize();

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }
}

/// <summary>How a file is to be opened, and what the guest may then do with it.</summary>
internal readonly record struct FileOpening(OpenFlags Flags, FileAccess Access, Rights Rights, FdFlags FdFlags);
