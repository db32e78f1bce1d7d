using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using WasmLab.Wasm.Wasi.Files;

namespace WasmLab.Wasm.Wasi.Functions;

/// <summary><c>path_link</c>, <c>path_symlink</c> and <c>path_readlink</c>.</summary>
internal static class PathLinkFunctions
{
    public static readonly WasiImport[] All =
    [
        WasiImport.Returning("path_link", "iiiiiii", Link),
        WasiImport.Returning("path_symlink", "iiiii", CreateSymbolicLink),
        WasiImport.Returning("path_readlink", "iiiiii", ReadLink),
    ];

    private static Errno Link(WasiCall call)
    {
        var descriptors = call.Context.Descriptors;
        var from = descriptors.GetDirectory(call.UInt32(0), Rights.PathLinkSource);
        var existing = GuestPath.Resolve(from.HostPath, call.Path(2), PathFunctions.Follows(call.UInt32(1)));
        var created = PathFunctions.ResolveName(descriptors.GetDirectory(call.UInt32(4), Rights.PathLinkTarget), call.Path(5));
        if (existing.Status is null)
        {
            return Errno.NoEntry;
        }

        if (existing.Type == FileType.Directory)
        {
            return Errno.NotPermitted;
        }

        if (created.Status is not null)
        {
            return Errno.Exist;
        }

        if (existing.MustBeDirectory || created.MustBeDirectory)
        {
            return Errno.NotDirectory;
        }

        return OperatingSystem.IsWindows() ? Errno.NotSupported
            : Libc.Link(existing.HostPath, created.HostPath) == 0 ? Errno.Success
            : ErrnoMapping.FromUnix(Marshal.GetLastPInvokeError());
    }

    /// <summary>A link that names an absolute place is refused: no guest could follow it, and a program of the host should not.</summary>
    private static Errno CreateSymbolicLink(WasiCall call)
    {
        var text = call.Path(0);
        var directory = call.Context.Descriptors.GetDirectory(call.UInt32(2), Rights.PathSymlink);
        var created = PathFunctions.ResolveName(directory, call.Path(3));
        if (text.Length == 0)
        {
            return Errno.NoEntry;
        }

        if (GuestPath.IsAbsolute(text))
        {
            return Errno.NotCapable;
        }

        if (created.Status is not null)
        {
            return Errno.Exist;
        }

        if (created.MustBeDirectory)
        {
            return Errno.NoEntry;
        }

        if (Directory.Exists(Path.Join(Path.GetDirectoryName(created.HostPath), text)))
        {
            Directory.CreateSymbolicLink(created.HostPath, text);
        }
        else
        {
            File.CreateSymbolicLink(created.HostPath, text);
        }

        return Errno.Success;
    }

    private static Errno ReadLink(WasiCall call)
    {
        var directory = call.Context.Descriptors.GetDirectory(call.UInt32(0), Rights.PathReadLink);
        var buffer = call.Bytes(3);
        var result = call.Result(5, 4);
        var found = GuestPath.Resolve(directory.HostPath, call.Path(1), followLast: false);
        if (found.Status is null)
        {
            return Errno.NoEntry;
        }

        if (found.Type != FileType.SymbolicLink)
        {
            return Errno.Invalid;
        }

        // As readlink(2): what finds no room is cut off.
        var target = Encoding.UTF8.GetBytes(GuestPath.ReadLink(found.HostPath));
        var length = Math.Min(target.Length, buffer.Length);
        target.AsSpan(0, length).CopyTo(buffer);
        BinaryPrimitives.WriteInt32LittleEndian(result, length);
        return Errno.Success;
    }
}
