using System.Buffers.Binary;
using WasmLab.Wasm.Wasi.Descriptors;
using WasmLab.Wasm.Wasi.Files;

namespace WasmLab.Wasm.Wasi.Functions;

/// <summary><c>fd_fdstat_*</c> and <c>fd_filestat_*</c>.</summary>
internal static class FdStatusFunctions
{
    private const uint FdStatSize = 24;

    public static readonly WasiImport[] All =
    [
        WasiImport.Returning("fd_fdstat_get", "ii", GetFdStat),
        WasiImport.Returning("fd_fdstat_set_flags", "ii", SetFlags),
        WasiImport.Returning("fd_fdstat_set_rights", "ill", SetRights),
        WasiImport.Returning("fd_filestat_get", "ii", GetFileStat),
        WasiImport.Returning("fd_filestat_set_size", "il", SetSize),
        WasiImport.Returning("fd_filestat_set_times", "illi", SetTimes),
    ];

    /// <summary><c>{u8 type; u16 flags @2; u64 rights @8; u64 inheriting @16}</c>.</summary>
    private static Errno GetFdStat(WasiCall call)
    {
        var descriptor = call.Context.Descriptors.Get(call.UInt32(0));
        var result = call.Result(1, FdStatSize);
        result.Clear();
        result[0] = (byte)descriptor.Type;
        BinaryPrimitives.WriteUInt16LittleEndian(result[2..], (ushort)descriptor.Flags);
        BinaryPrimitives.WriteUInt64LittleEndian(result[8..], (ulong)descriptor.Rights);
        BinaryPrimitives.WriteUInt64LittleEndian(result[16..], (ulong)descriptor.Inheriting);
        return Errno.Success;
    }

    private static Errno SetFlags(WasiCall call)
    {
        var descriptor = call.Context.Descriptors.Get(call.UInt32(0), Rights.FdFdstatSetFlags);
        var flags = (FdFlags)call.UInt32(1);
        if ((call.UInt32(1) & ~(uint)FdFlags.All) != 0)
        {
            return Errno.Invalid;
        }

        descriptor.SetFlags(flags);
        return Errno.Success;
    }

    private static Errno SetRights(WasiCall call)
    {
        var descriptor = call.Context.Descriptors.Get(call.UInt32(0));
        var (rights, inheriting) = ((Rights)call.Int64(1), (Rights)call.Int64(2));
        if ((rights & ~descriptor.Rights) != 0 || (inheriting & ~descriptor.Inheriting) != 0)
        {
            return Errno.NotCapable;
        }

        descriptor.Rights = rights;
        descriptor.Inheriting = inheriting;
        return Errno.Success;
    }

    private static Errno GetFileStat(WasiCall call)
    {
        var descriptor = call.Context.Descriptors.Get(call.UInt32(0), Rights.FdFilestatGet);
        var result = call.FileStatResult(1);
        descriptor.GetStatus().WriteTo(result, call.Interface);
        return Errno.Success;
    }

    private static Errno SetSize(WasiCall call)
    {
        var file = call.Context.Descriptors.GetFile(call.UInt32(0), Rights.FdFilestatSetSize);
        if (call.Int64(1) < 0)
        {
            return Errno.Invalid;
        }

        RandomAccess.SetLength(file.Handle, call.Int64(1));
        return Errno.Success;
    }

    private static Errno SetTimes(WasiCall call)
    {
        var descriptor = call.Context.Descriptors.Get(call.UInt32(0), Rights.FdFilestatSetTimes);
        var times = FileTimes.Decode(call, accessIndex: 1, modificationIndex: 2, flagsIndex: 3);
        switch (descriptor)
        {
            case FileDescriptor file:
                times.Apply(file.Handle);
                return Errno.Success;
            case DirectoryDescriptor directory:
                directory.Directory.SetTimes(times);
                return Errno.Success;
            default:
                return Errno.Invalid;
        }
    }
}
