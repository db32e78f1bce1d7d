using System.Text;
using WasmLab.Wasm.Wasi.Descriptors;

namespace WasmLab.Wasm.Wasi.Files;

/// <summary>
/// A directory by its path, for systems where the class library is all there is. A name is looked at before it is used, so another
/// program of the host that replaces directories by links in between can lead a guest astray: only Linux is safe against that.
/// </summary>
internal sealed class PortableDirectory(string path) : HostDirectory
{
    private static readonly EnumerationOptions AllEntries = new() { AttributesToSkip = 0, IgnoreInaccessible = false };

    public override FileStatus Status => FileStatus.FindPortably(path) ?? throw new WasiErrnoException(Errno.NoEntry);

    public override FileStatus? Find(string name) => FileStatus.FindPortably(Join(name));

    public override Errno TryOpenDirectory(string name, out HostDirectory? directory)
    {
        var type = Find(name)?.Type;
        directory = type == FileType.Directory ? new PortableDirectory(Join(name)) : null;
        return type is null ? Errno.NoEntry : directory is null ? Errno.NotDirectory : Errno.Success;
    }

    public override HostDirectory Reopen() => new PortableDirectory(path);

    public override FileDescriptor OpenFile(string name, FileOpening opening)
    {
        if (Find(name)?.Type == FileType.SymbolicLink)
        {
            throw new WasiErrnoException(Errno.Loop);
        }

        var mode = !opening.Flags.HasFlag(OpenFlags.Create) ? FileMode.Open
            : opening.Flags.HasFlag(OpenFlags.Exclusive) ? FileMode.CreateNew
            : FileMode.OpenOrCreate;
        var handle = File.OpenHandle(Join(name), mode, opening.Access, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            if (opening.Flags.HasFlag(OpenFlags.Truncate))
            {
                RandomAccess.SetLength(handle, 0);
            }

            return new FileDescriptor(handle, FileType.RegularFile, opening, Join(name));
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public override IReadOnlyList<DirectoryEntry> List()
    {
        var entries = DirectoryEntry.SelfAndParent(Status.Inode);
        foreach (var entry in Directory.EnumerateFileSystemEntries(path, "*", AllEntries))
        {
            if (FileStatus.FindPortably(entry) is { } status)
            {
                entries.Add(new DirectoryEntry(Encoding.UTF8.GetBytes(Path.GetFileName(entry)), status.Type, status.Inode));
            }
        }

        return entries;
    }

    public override string ReadLink(string name)
    {
        var target = new FileInfo(Join(name)).LinkTarget ?? throw new WasiErrnoException(Errno.Invalid);
        return OperatingSystem.IsWindows() ? target.Replace('\\', '/') : target;
    }

    public override void CreateDirectory(string name)
    {
        Vacant(name);
        Directory.CreateDirectory(Join(name));
    }

    public override void CreateSymbolicLink(string name, string target)
    {
        Vacant(name);
        if (Directory.Exists(Path.Join(path, target)))
        {
            Directory.CreateSymbolicLink(Join(name), target);
        }
        else
        {
            File.CreateSymbolicLink(Join(name), target);
        }
    }

    public override void CreateLink(string name, HostDirectory existingDirectory, string existingName) =>
        throw new WasiErrnoException(Errno.NotSupported);

    public override void RemoveDirectory(string name)
    {
        if (Existing(name).Type != FileType.Directory)
        {
            throw new WasiErrnoException(Errno.NotDirectory);
        }

        if (Directory.EnumerateFileSystemEntries(Join(name)).Any())
        {
            throw new WasiErrnoException(Errno.NotEmpty);
        }

        Directory.Delete(Join(name));
    }

    public override void Unlink(string name)
    {
        if (Existing(name).Type == FileType.Directory)
        {
            throw new WasiErrnoException(Errno.IsDirectory);
        }

        File.Delete(Join(name));
    }

    public override void Rename(string name, HostDirectory targetDirectory, string targetName)
    {
        var (source, target) = (Join(name), ((PortableDirectory)targetDirectory).Join(targetName));
        var isDirectory = Existing(name).Type == FileType.Directory;
        var replaced = targetDirectory.Find(targetName);
        if (replaced is not null && (replaced.Value.Type == FileType.Directory) != isDirectory)
        {
            throw new WasiErrnoException(isDirectory ? Errno.NotDirectory : Errno.IsDirectory);
        }

        if (!isDirectory)
        {
            File.Move(source, target, overwrite: true);
        }
        else if (source != target)
        {
            if (replaced is not null)
            {
                // Fails when it is not empty, as rename(2) does.
                Directory.Delete(target);
            }

            Directory.Move(source, target);
        }
    }

    public override void SetTimes(string name, FileTimes times) => times.Apply(Join(name), Existing(name).Type == FileType.Directory);

    public override void SetTimes(FileTimes times) => times.Apply(path, isDirectory: true);

    public override void Synchronize()
    {
    }

    private string Join(string name) => Path.Join(path, name);

    private FileStatus Existing(string name) => Find(name) ?? throw new WasiErrnoException(Errno.NoEntry);

    private void Vacant(string name)
    {
        if (Find(name) is not null)
        {
            throw new WasiErrnoException(Errno.Exist);
        }
    }
}
