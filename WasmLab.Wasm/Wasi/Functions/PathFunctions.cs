using System.Runtime.InteropServices;
using WasmLab.Wasm.Wasi.Descriptors;
using WasmLab.Wasm.Wasi.Files;

namespace WasmLab.Wasm.Wasi.Functions;

/// <summary><c>path_*</c>: status, and making, moving and removing names.</summary>
internal static class PathFunctions
{
    private const uint SymlinkFollow = 1;

    public static readonly WasiImport[] All =
    [
        WasiImport.Returning("path_create_directory", "iii", CreateDirectory),
        WasiImport.Returning("path_filestat_get", "iiiii", GetFileStat),
        WasiImport.Returning("path_filestat_set_times", "iiiilli", SetTimes),
        WasiImport.Returning("path_remove_directory", "iii", RemoveDirectory),
        WasiImport.Returning("path_rename", "iiiiii", Rename),
        WasiImport.Returning("path_unlink_file", "iii", UnlinkFile),
    ];

    /// <summary>Whether a call wants the link at the end of its path followed.</summary>
    public static bool Follows(uint lookupFlags) =>
        (lookupFlags & ~SymlinkFollow) == 0 ? lookupFlags == SymlinkFollow : throw new WasiErrnoException(Errno.Invalid);

    /// <summary>Resolves a name that is to be made, moved or removed: never the directory itself, never through a link at the end.</summary>
    public static ResolvedPath ResolveName(DirectoryDescriptor directory, string path)
    {
        var found = GuestPath.Resolve(directory.HostPath, path, followLast: false);
        return found.HostPath == directory.HostPath ? throw new WasiErrnoException(Errno.Invalid) : found;
    }

    private static Errno CreateDirectory(WasiCall call)
    {
        var directory = call.Context.Descriptors.GetDirectory(call.UInt32(0), Rights.PathCreateDirectory);
        var target = GuestPath.Resolve(directory.HostPath, call.Path(1), followLast: false);
        if (target.Status is not null)
        {
            return Errno.Exist;
        }

        Directory.CreateDirectory(target.HostPath);
        return Errno.Success;
    }

    private static Errno GetFileStat(WasiCall call)
    {
        var directory = call.Context.Descriptors.GetDirectory(call.UInt32(0), Rights.PathFilestatGet);
        var result = call.Result(4, FileStatus.Size);
        var found = GuestPath.Resolve(directory.HostPath, call.Path(2), Follows(call.UInt32(1)));
        if (found.Status is not { } status)
        {
            return Errno.NoEntry;
        }

        if (found.MustBeDirectory && status.Type != FileType.Directory)
        {
            return Errno.NotDirectory;
        }

        status.WriteTo(result);
        return Errno.Success;
    }

    private static Errno SetTimes(WasiCall call)
    {
        var directory = call.Context.Descriptors.GetDirectory(call.UInt32(0), Rights.PathFilestatSetTimes);
        var found = GuestPath.Resolve(directory.HostPath, call.Path(2), Follows(call.UInt32(1)));
        var times = FileTimes.Decode(call, accessIndex: 4, modificationIndex: 5, flagsIndex: 6);
        if (found.Status is null)
        {
            return Errno.NoEntry;
        }

        times.Apply(found.HostPath, found.Type == FileType.Directory);
        return Errno.Success;
    }

    private static Errno RemoveDirectory(WasiCall call)
    {
        var directory = call.Context.Descriptors.GetDirectory(call.UInt32(0), Rights.PathRemoveDirectory);
        var target = ResolveName(directory, call.Path(1));
        if (target.Status is null)
        {
            return Errno.NoEntry;
        }

        if (target.Type != FileType.Directory)
        {
            return Errno.NotDirectory;
        }

        if (Directory.EnumerateFileSystemEntries(target.HostPath).Any())
        {
            return Errno.NotEmpty;
        }

        Directory.Delete(target.HostPath);
        return Errno.Success;
    }

    private static Errno UnlinkFile(WasiCall call)
    {
        var directory = call.Context.Descriptors.GetDirectory(call.UInt32(0), Rights.PathUnlinkFile);
        var target = ResolveName(directory, call.Path(1));
        if (target.Status is null)
        {
            return Errno.NoEntry;
        }

        if (target.Type == FileType.Directory)
        {
            return Errno.IsDirectory;
        }

        if (target.MustBeDirectory)
        {
            return Errno.NotDirectory;
        }

        File.Delete(target.HostPath);
        return Errno.Success;
    }

    private static Errno Rename(WasiCall call)
    {
        var descriptors = call.Context.Descriptors;
        var source = ResolveName(descriptors.GetDirectory(call.UInt32(0), Rights.PathRenameSource), call.Path(1));
        var target = ResolveName(descriptors.GetDirectory(call.UInt32(3), Rights.PathRenameTarget), call.Path(4));
        if (source.Status is null)
        {
            return Errno.NoEntry;
        }

        var isDirectory = source.Type == FileType.Directory;
        if ((source.MustBeDirectory || target.MustBeDirectory) && !isDirectory)
        {
            return Errno.NotDirectory;
        }

        if (!OperatingSystem.IsWindows())
        {
            return Libc.Rename(source.HostPath, target.HostPath) == 0
                ? Errno.Success
                : ErrnoMapping.FromUnix(Marshal.GetLastPInvokeError());
        }

        if (target.Status is not null && (target.Type == FileType.Directory) != isDirectory)
        {
            return isDirectory ? Errno.NotDirectory : Errno.IsDirectory;
        }

        RenamePortably(source.HostPath, target, isDirectory);
        return Errno.Success;
    }

    private static void RenamePortably(string source, ResolvedPath target, bool isDirectory)
    {
        if (!isDirectory)
        {
            File.Move(source, target.HostPath, overwrite: true);
            return;
        }

        if (target.Status is not null && source != target.HostPath)
        {
            // Fails when it is not empty, as rename(2) does.
            Directory.Delete(target.HostPath);
        }

        if (source != target.HostPath)
        {
            Directory.Move(source, target.HostPath);
        }
    }
}
