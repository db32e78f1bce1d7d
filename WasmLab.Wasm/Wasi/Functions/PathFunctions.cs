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

    private static Errno CreateDirectory(WasiCall call)
    {
        var directory = call.Context.Descriptors.GetDirectory(call.UInt32(0), Rights.PathCreateDirectory);
        using var target = directory.Resolve(call.Path(1), followLast: false);
        if (target.Name is not { } name)
        {
            return Errno.Exist;
        }

        target.Directory.CreateDirectory(name);
        return Errno.Success;
    }

    private static Errno GetFileStat(WasiCall call)
    {
        var directory = call.Context.Descriptors.GetDirectory(call.UInt32(0), Rights.PathFilestatGet);
        var result = call.FileStatResult(4);
        using var found = directory.Resolve(call.Path(2), Follows(call.UInt32(1)));
        if (found.Status is not { } status)
        {
            return Errno.NoEntry;
        }

        if (found.MustBeDirectory && status.Type != FileType.Directory)
        {
            return Errno.NotDirectory;
        }

        status.WriteTo(result, call.Interface);
        return Errno.Success;
    }

    private static Errno SetTimes(WasiCall call)
    {
        var directory = call.Context.Descriptors.GetDirectory(call.UInt32(0), Rights.PathFilestatSetTimes);
        var times = FileTimes.Decode(call, accessIndex: 4, modificationIndex: 5, flagsIndex: 6);
        using var found = directory.Resolve(call.Path(2), Follows(call.UInt32(1)));
        if (found.Name is { } name)
        {
            found.Directory.SetTimes(name, times);
        }
        else
        {
            found.Directory.SetTimes(times);
        }

        return Errno.Success;
    }

    private static Errno RemoveDirectory(WasiCall call)
    {
        var directory = call.Context.Descriptors.GetDirectory(call.UInt32(0), Rights.PathRemoveDirectory);
        using var target = directory.Resolve(call.Path(1), followLast: false);
        target.Directory.RemoveDirectory(target.RequiredName);
        return Errno.Success;
    }

    private static Errno UnlinkFile(WasiCall call)
    {
        var directory = call.Context.Descriptors.GetDirectory(call.UInt32(0), Rights.PathUnlinkFile);
        using var target = directory.Resolve(call.Path(1), followLast: false);
        var name = target.RequiredName;
        if (target.MustBeDirectory && target.Status is not null && target.Type != FileType.Directory)
        {
            return Errno.NotDirectory;
        }

        target.Directory.Unlink(name);
        return Errno.Success;
    }

    private static Errno Rename(WasiCall call)
    {
        var descriptors = call.Context.Descriptors;
        var (from, to) = (descriptors.GetDirectory(call.UInt32(0), Rights.PathRenameSource), descriptors.GetDirectory(call.UInt32(3), Rights.PathRenameTarget));
        using var source = from.Resolve(call.Path(1), followLast: false);
        using var target = to.Resolve(call.Path(4), followLast: false);
        if (source.Status is null)
        {
            return Errno.NoEntry;
        }

        if ((source.MustBeDirectory || target.MustBeDirectory) && source.Type != FileType.Directory)
        {
            return Errno.NotDirectory;
        }

        source.Directory.Rename(source.RequiredName, target.Directory, target.RequiredName);
        return Errno.Success;
    }
}
