using System.Buffers.Binary;
using WasmLab.Wasm.Wasi.Descriptors;

namespace WasmLab.Wasm.Wasi.Functions;

/// <summary><c>fd_*</c>: reading, writing, positions and the descriptor table.</summary>
internal static class FdFunctions
{
    private const uint HighestAdvice = 5;

    public static readonly WasiImport[] All =
    [
        WasiImport.Returning("fd_read", "iiii", Read),
        WasiImport.Returning("fd_write", "iiii", Write),
        WasiImport.Returning("fd_pread", "iiili", ReadAt),
        WasiImport.Returning("fd_pwrite", "iiili", WriteAt),
        WasiImport.Returning("fd_seek", "ilii", Seek),
        WasiImport.Returning("fd_tell", "ii", Tell),
        WasiImport.Returning("fd_sync", "i", call => call.Context.Descriptors.Get(call.UInt32(0), Rights.FdSync).Synchronize()),
        WasiImport.Returning("fd_datasync", "i", call => call.Context.Descriptors.Get(call.UInt32(0), Rights.FdDataSync).Synchronize()),
        WasiImport.Returning("fd_advise", "illi", Advise),
        WasiImport.Returning("fd_allocate", "ill", Allocate),
        WasiImport.Returning("fd_close", "i", Close),
        WasiImport.Returning("fd_renumber", "ii", Renumber),
    ];

    private static Errno Read(WasiCall call)
    {
        var descriptor = call.Context.Descriptors.Get(call.UInt32(0), Rights.FdRead);
        var result = call.Result(3, 4);
        var errno = descriptor.Read(call.Context, call.Vectors(1), out var count);
        return Finish(errno, result, count);
    }

    private static Errno Write(WasiCall call)
    {
        var descriptor = call.Context.Descriptors.Get(call.UInt32(0), Rights.FdWrite);
        var result = call.Result(3, 4);
        var errno = descriptor.Write(call.Context, call.Vectors(1), out var count);
        return Finish(errno, result, count);
    }

    private static Errno ReadAt(WasiCall call)
    {
        var file = call.Context.Descriptors.GetFile(call.UInt32(0), Rights.FdRead | Rights.FdSeek);
        var result = call.Result(4, 4);
        if (call.Int64(3) < 0)
        {
            return Errno.Invalid;
        }

        var errno = file.ReadAt(call.Int64(3), call.Vectors(1), out var count);
        return Finish(errno, result, count);
    }

    private static Errno WriteAt(WasiCall call)
    {
        var file = call.Context.Descriptors.GetFile(call.UInt32(0), Rights.FdWrite | Rights.FdSeek);
        var result = call.Result(4, 4);
        if (call.Int64(3) < 0)
        {
            return Errno.Invalid;
        }

        var errno = file.WriteAt(call.Int64(3), call.Vectors(1), out var count);
        return Finish(errno, result, count);
    }

    private static Errno Seek(WasiCall call)
    {
        if (DecodeWhence(call.Interface, call.UInt32(2)) is not { } whence)
        {
            return Errno.Invalid;
        }

        // Asking for the position only is what fd_tell may do.
        var onlyTells = call.Int64(1) == 0 && whence == Whence.Current;
        return Move(call, onlyTells ? Rights.FdTell : Rights.FdSeek | Rights.FdTell, call.Int64(1), whence, 3);
    }

    private static Whence? DecodeWhence(WasiInterface version, uint whence) => (version, whence) switch
    {
        (WasiInterface.Preview1, 0) or (WasiInterface.Unstable, 2) => Whence.Set,
        (WasiInterface.Preview1, 1) or (WasiInterface.Unstable, 0) => Whence.Current,
        (WasiInterface.Preview1, 2) or (WasiInterface.Unstable, 1) => Whence.End,
        _ => null,
    };

    private static Errno Tell(WasiCall call) => Move(call, Rights.FdTell, 0, Whence.Current, 1);

    private static Errno Move(WasiCall call, Rights rights, long offset, Whence whence, int resultIndex)
    {
        var descriptor = call.Context.Descriptors.Get(call.UInt32(0));
        if (descriptor is DirectoryDescriptor)
        {
            return Errno.BadDescriptor;
        }

        if (descriptor is not FileDescriptor)
        {
            return Errno.IllegalSeek;
        }

        if ((descriptor.Rights & rights) != rights)
        {
            return Errno.NotCapable;
        }

        var result = call.Result(resultIndex, 8);
        var errno = descriptor.Seek(offset, whence, out var position);
        if (errno == Errno.Success)
        {
            BinaryPrimitives.WriteInt64LittleEndian(result, position);
        }

        return errno;
    }

    private static Errno Advise(WasiCall call)
    {
        var descriptor = call.Context.Descriptors.Get(call.UInt32(0), Rights.FdAdvise);
        return call.Int64(1) < 0 || call.Int64(2) < 0 || call.UInt32(3) > HighestAdvice ? Errno.Invalid
            : descriptor is DirectoryDescriptor ? Errno.BadDescriptor
            : Errno.Success;
    }

    private static Errno Allocate(WasiCall call)
    {
        var file = call.Context.Descriptors.GetFile(call.UInt32(0), Rights.FdAllocate);
        var (offset, length) = (call.Int64(1), call.Int64(2));
        if (offset < 0 || length <= 0)
        {
            return Errno.Invalid;
        }

        if (length > long.MaxValue - offset)
        {
            return Errno.FileTooBig;
        }

        return file.Allocate(offset, length);
    }

    private static Errno Close(WasiCall call)
    {
        call.Context.Descriptors.Close(call.UInt32(0));
        return Errno.Success;
    }

    private static Errno Renumber(WasiCall call)
    {
        call.Context.Descriptors.Renumber(call.UInt32(0), call.UInt32(1));
        return Errno.Success;
    }

    private static Errno Finish(Errno errno, Span<byte> result, int count)
    {
        if (errno == Errno.Success)
        {
            BinaryPrimitives.WriteInt32LittleEndian(result, count);
        }

        return errno;
    }
}
