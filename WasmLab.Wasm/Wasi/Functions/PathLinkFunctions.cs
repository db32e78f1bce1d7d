using System.Buffers.Binary;
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
        var (from, to) = (descriptors.GetDirectory(call.UInt32(0), Rights.PathLinkSource), descriptors.GetDirectory(call.UInt32(4), Rights.PathLinkTarget));
        using var existing = from.Resolve(call.Path(2), PathFunctions.Follows(call.UInt32(1)));
        using var created = to.Resolve(call.Path(5), followLast: false);
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

        created.Directory.CreateLink(created.RequiredName, existing.Directory, existing.RequiredName);
        return Errno.Success;
    }

    /// <summary>A link that names an absolute place is refused: no guest could follow it, and a program of the host should not.</summary>
    private static Errno CreateSymbolicLink(WasiCall call)
    {
        var text = call.Path(0);
        var directory = call.Context.Descriptors.GetDirectory(call.UInt32(2), Rights.PathSymlink);
        if (text.Length == 0)
        {
            return Errno.NoEntry;
        }

        if (GuestPath.IsAbsolute(text))
        {
            return Errno.NotCapable;
        }

        using var created = directory.Resolve(call.Path(3), followLast: false);
        var name = created.RequiredName;
        if (created.MustBeDirectory && created.Status is null)
        {
            return Errno.NoEntry;
        }

        created.Directory.CreateSymbolicLink(name, text);
        return Errno.Success;
    }

    private static Errno ReadLink(WasiCall call)
    {
        var directory = call.Context.Descriptors.GetDirectory(call.UInt32(0), Rights.PathReadLink);
        var buffer = call.Bytes(3);
        var result = call.Result(5, 4);
        using var found = directory.Resolve(call.Path(1), followLast: false);
        if (found.Status is null)
        {
            return Errno.NoEntry;
        }

        if (found.Type != FileType.SymbolicLink)
        {
            return Errno.Invalid;
        }

        // As readlink(2): what finds no room is cut off.
        var target = Encoding.UTF8.GetBytes(found.Directory.ReadLink(found.RequiredName));
        var length = Math.Min(target.Length, buffer.Length);
        target.AsSpan(0, length).CopyTo(buffer);
        BinaryPrimitives.WriteInt32LittleEndian(result, length);
        return Errno.Success;
    }
}
