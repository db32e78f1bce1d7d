using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using WasmLab.Wasm.Wasi.Descriptors;

namespace WasmLab.Wasm.Wasi.Files;

/// <summary>
/// A directory's descriptor. Every operation is relative to it, so that whatever the host renames or replaces by a link meanwhile, the
/// operation happens in the directory that was found.
/// </summary>
internal sealed class LinuxDirectory : HostDirectory
{
    // Of a directory that is only walked through or into no more is needed; it also opens where reading is forbidden.
    private static readonly int Search = LinuxFiles.Path | LinuxFiles.Directory | LinuxFiles.NoFollow | LinuxFiles.CloseOnExec;
    private const int CreationMode = 0x1B6;
    private const int DirectoryMode = 0x1FF;
    private const int LongestLink = 4096;

    private readonly SafeFileHandle _handle;

    private LinuxDirectory(SafeFileHandle handle) => _handle = handle;

    public override FileStatus Status => FileStatus.Of(_handle);

    public static new LinuxDirectory Open(string hostPath)
    {
        var descriptor = LinuxFiles.OpenAt(LinuxFiles.CurrentDirectory, hostPath, Search & ~LinuxFiles.NoFollow, 0);
        return descriptor >= 0 ? new LinuxDirectory(new SafeFileHandle(descriptor, true)) : throw Failure();
    }

    public override FileStatus? Find(string name) => FileStatus.Find(_handle, name);

    public override Errno TryOpenDirectory(string name, out HostDirectory? directory)
    {
        var descriptor = LinuxFiles.OpenAt(_handle, name, Search, 0);
        directory = descriptor < 0 ? null : new LinuxDirectory(new SafeFileHandle(descriptor, true));
        return directory is null ? LastErrno() : Errno.Success;
    }

    public override HostDirectory Reopen() =>
        TryOpenDirectory(".", out var again) is var errno && again is not null ? again : throw new WasiErrnoException(errno);

    public override FileDescriptor OpenFile(string name, FileOpening opening)
    {
        // Without blocking: a FIFO's other end may never come. Reading and writing wait where they can be interrupted.
        var flags = LinuxFiles.CloseOnExec | LinuxFiles.NoFollow | LinuxFiles.NonBlocking | LinuxFiles.NoControllingTerminal
            | opening.Access switch { FileAccess.Read => LinuxFiles.ReadOnly, FileAccess.Write => LinuxFiles.WriteOnly, _ => LinuxFiles.ReadWrite }
            | (opening.Flags.HasFlag(OpenFlags.Create) ? LinuxFiles.Create : 0)
            | (opening.Flags.HasFlag(OpenFlags.Exclusive) ? LinuxFiles.Exclusive : 0)
            | (opening.Flags.HasFlag(OpenFlags.Truncate) ? LinuxFiles.Truncate : 0);
        var descriptor = LinuxFiles.OpenAt(_handle, name, flags, CreationMode);
        if (descriptor < 0)
        {
            throw Failure();
        }

        var handle = new SafeFileHandle(descriptor, true);
        try
        {
            return FileStatus.Of(handle).Type is var type && type != FileType.Directory
                ? new FileDescriptor(handle, type, opening)
                : throw new WasiErrnoException(Errno.IsDirectory);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public override IReadOnlyList<DirectoryEntry> List()
    {
        var descriptor = LinuxFiles.OpenAt(_handle, ".", LinuxFiles.ReadOnly | LinuxFiles.Directory | LinuxFiles.CloseOnExec, 0);
        if (descriptor < 0)
        {
            throw Failure();
        }

        return LinuxDirectoryReader.Read(descriptor, this);
    }

    public override string ReadLink(string name)
    {
        var buffer = new byte[LongestLink];
        var length = LinuxFiles.ReadLinkAt(_handle, name, buffer, (nuint)buffer.Length);
        return length >= 0 ? Encoding.UTF8.GetString(buffer, 0, (int)length) : throw Failure();
    }

    public override void CreateDirectory(string name) => Check(LinuxFiles.MakeDirectoryAt(_handle, name, DirectoryMode));

    public override void CreateSymbolicLink(string name, string target) => Check(LinuxFiles.SymbolicLinkAt(target, _handle, name));

    public override void CreateLink(string name, HostDirectory existingDirectory, string existingName) =>
        Check(LinuxFiles.LinkAt(((LinuxDirectory)existingDirectory)._handle, existingName, _handle, name, 0));

    public override void RemoveDirectory(string name) => Check(LinuxFiles.UnlinkAt(_handle, name, LinuxFiles.RemoveDirectory));

    public override void Unlink(string name) => Check(LinuxFiles.UnlinkAt(_handle, name, 0));

    public override void Rename(string name, HostDirectory targetDirectory, string targetName) =>
        Check(LinuxFiles.RenameAt(_handle, name, ((LinuxDirectory)targetDirectory)._handle, targetName));

    public override void SetTimes(string name, FileTimes times) =>
        Check(LinuxFiles.SetTimesAt(_handle, name, times.ToTimeSpecs(), LinuxFiles.SymbolicLinkNoFollow));

    public override void SetTimes(FileTimes times) => Check(LinuxFiles.SetTimesAt(_handle, ".", times.ToTimeSpecs(), 0));

    public override void Synchronize()
    {
        var descriptor = LinuxFiles.OpenAt(_handle, ".", LinuxFiles.ReadOnly | LinuxFiles.Directory | LinuxFiles.CloseOnExec, 0);
        if (descriptor < 0)
        {
            throw Failure();
        }

        using var readable = new SafeFileHandle(descriptor, true);
        Check(LinuxFiles.Synchronize(readable));
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _handle.Dispose();
        }

        base.Dispose(disposing);
    }

    private static void Check(int result)
    {
        if (result < 0)
        {
            throw Failure();
        }
    }

    private static Errno LastErrno() => ErrnoMapping.FromUnix(Marshal.GetLastPInvokeError());

    private static WasiErrnoException Failure() => new(LastErrno());
}
