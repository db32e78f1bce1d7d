using System.Buffers.Binary;
using WasmLab.Wasm.Wasi.Descriptors;
using WasmLab.Wasm.Wasi.Files;

namespace WasmLab.Wasm.Wasi.Functions;

/// <summary><c>path_open</c>.</summary>
internal static class PathOpenFunction
{
    private const Rights ReadRights = Rights.FdRead | Rights.FdReadDirectory;
    private const Rights WriteRights = Rights.FdWrite | Rights.FdAllocate | Rights.FdFilestatSetSize;

    public static readonly WasiImport[] All = [WasiImport.Returning("path_open", "iiiiillii", Open)];

    private static Errno Open(WasiCall call)
    {
        var descriptors = call.Context.Descriptors;
        var flags = (OpenFlags)call.UInt32(4);
        var directory = descriptors.GetDirectory(call.UInt32(0), Needed(flags));
        var fdFlags = (FdFlags)call.UInt32(7);
        if ((flags & ~OpenFlags.All) != 0 || (fdFlags & ~FdFlags.All) != 0)
        {
            return Errno.Invalid;
        }

        var rights = (Rights)call.Int64(5) & Rights.All;
        var inheriting = (Rights)call.Int64(6) & Rights.All;
        if (((rights | inheriting) & ~directory.Inheriting) != 0)
        {
            return Errno.NotCapable;
        }

        var result = call.Result(8, 4);
        var follows = PathFunctions.Follows(call.UInt32(1)) && !(flags.HasFlag(OpenFlags.Create) && flags.HasFlag(OpenFlags.Exclusive));
        using var target = directory.Resolve(call.Path(2), follows);
        if (Refuse(target, flags, rights) is var errno && errno != Errno.Success)
        {
            return errno;
        }

        Descriptor opened = target.Type == FileType.Directory
            ? new DirectoryDescriptor(OpenDirectory(target), null) { Rights = rights & Rights.Directory, Inheriting = inheriting, InitialFlags = fdFlags }
            : target.Directory.OpenFile(target.RequiredName, new FileOpening(flags, AccessFor(flags, rights), rights, fdFlags));
        BinaryPrimitives.WriteInt32LittleEndian(result, descriptors.Add(opened));
        return Errno.Success;
    }

    private static HostDirectory OpenDirectory(ResolvedPath target) =>
        target.Name is not { } name ? target.Directory.Reopen()
        : target.Directory.TryOpenDirectory(name, out var directory) is var errno && directory is not null ? directory
        : throw new WasiErrnoException(errno);

    private static FileAccess AccessFor(OpenFlags flags, Rights rights) =>
        !flags.HasFlag(OpenFlags.Truncate) && (rights & WriteRights) == 0 ? FileAccess.Read
        : (rights & ReadRights) != 0 ? FileAccess.ReadWrite
        : FileAccess.Write;

    private static Rights Needed(OpenFlags flags) =>
        Rights.PathOpen
        | (flags.HasFlag(OpenFlags.Create) ? Rights.PathCreateFile : Rights.None)
        | (flags.HasFlag(OpenFlags.Truncate) ? Rights.PathFilestatSetSize : Rights.None);

    /// <summary>What open(2) would answer before it opens anything.</summary>
    private static Errno Refuse(ResolvedPath target, OpenFlags flags, Rights rights)
    {
        var creates = flags.HasFlag(OpenFlags.Create);
        var wantsDirectory = flags.HasFlag(OpenFlags.Directory) || target.MustBeDirectory;
        if (target.Status is null)
        {
            return !creates ? Errno.NoEntry
                : flags.HasFlag(OpenFlags.Directory) ? Errno.Invalid
                : target.MustBeDirectory ? Errno.IsDirectory
                : Errno.Success;
        }

        if (creates && flags.HasFlag(OpenFlags.Exclusive))
        {
            return Errno.Exist;
        }

        return target.Type switch
        {
            FileType.SymbolicLink => Errno.Loop,
            FileType.Directory when creates || flags.HasFlag(OpenFlags.Truncate) => Errno.IsDirectory,
            FileType.Directory when rights.HasFlag(Rights.FdWrite) && !flags.HasFlag(OpenFlags.Directory) => Errno.IsDirectory,
            FileType.Directory => Errno.Success,
            FileType.SocketStream => Errno.NoSuchDevice,
            _ => wantsDirectory ? Errno.NotDirectory : Errno.Success,
        };
    }
}
