using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace WasmLab.Wasm.Wasi.Files;

/// <summary>What a <c>stat</c> tells. Times are nanoseconds since 1970.</summary>
internal readonly record struct FileStatus
{
    private const int FileTypeMask = 0xF000;
    private const int NotFoundErrno = 2;

    public ulong Device { get; init; }

    public ulong Inode { get; init; }

    public FileType Type { get; init; }

    public ulong LinkCount { get; init; }

    public ulong Length { get; init; }

    public ulong AccessTime { get; init; }

    public ulong ModificationTime { get; init; }

    public ulong ChangeTime { get; init; }

    /// <summary>The status of a name in a directory, not following a symbolic link; null when there is nothing. Linux only.</summary>
    public static FileStatus? Find(SafeFileHandle directory, string name)
    {
        if (LinuxFiles.StatusAt(directory, name, LinuxFiles.SymbolicLinkNoFollow, LinuxFiles.BasicStatus, out var result) == 0)
        {
            return FromLinux(result);
        }

        var errno = Marshal.GetLastPInvokeError();
        return errno == NotFoundErrno ? null : throw new WasiErrnoException(ErrnoMapping.FromUnix(errno));
    }

    /// <summary>The status of an open file or directory, which may have been renamed or removed meanwhile. Linux only.</summary>
    public static FileStatus Of(SafeFileHandle handle) =>
        LinuxFiles.StatusAt(handle, "", LinuxFiles.EmptyPath, LinuxFiles.BasicStatus, out var result) == 0
            ? FromLinux(result)
            : throw new WasiErrnoException(ErrnoMapping.FromUnix(Marshal.GetLastPInvokeError()));

    /// <summary>The bytes that <see cref="WriteTo"/> writes.</summary>
    public static uint SizeIn(WasiInterface version) => version == WasiInterface.Preview1 ? 64u : 56u;

    /// <summary>
    /// <c>{u64 device; u64 inode; u8 type @16; u64 links @24; u64 size; u64 accessed; u64 modified; u64 changed}</c>; before preview 1
    /// the links are a u32 @20, and what follows begins 8 bytes earlier.
    /// </summary>
    public void WriteTo(Span<byte> destination, WasiInterface version)
    {
        destination.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(destination, Device);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], Inode);
        destination[16] = (byte)Type;
        if (version == WasiInterface.Preview1)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(destination[24..], LinkCount);
            destination = destination[32..];
        }
        else
        {
            BinaryPrimitives.WriteUInt32LittleEndian(destination[20..], (uint)LinkCount);
            destination = destination[24..];
        }

        BinaryPrimitives.WriteUInt64LittleEndian(destination, Length);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], AccessTime);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], ModificationTime);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[24..], ChangeTime);
    }

    /// <summary>Without inode numbers: a stable stand-in made of the path, enough to tell two files apart.</summary>
    internal static FileStatus? FindPortably(string path)
    {
        FileSystemInfo info = new FileInfo(path);
        if (info.Attributes == (FileAttributes)(-1))
        {
            return null;
        }

        var isLink = info.LinkTarget is not null;
        var isDirectory = info.Attributes.HasFlag(FileAttributes.Directory);
        return new FileStatus
        {
            Device = 1,
            Inode = PathNumber(Path.GetFullPath(path)),
            Type = isLink ? FileType.SymbolicLink : isDirectory ? FileType.Directory : FileType.RegularFile,
            LinkCount = 1,
            Length = isDirectory || isLink ? 0 : (ulong)((FileInfo)info).Length,
            AccessTime = ToNanoseconds(info.LastAccessTimeUtc),
            ModificationTime = ToNanoseconds(info.LastWriteTimeUtc),
            ChangeTime = ToNanoseconds(info.LastWriteTimeUtc),
        };
    }

    private static ulong PathNumber(string path) =>
        BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(path)));

    private static FileStatus FromLinux(in LinuxStatus result) => new()
    {
        Device = ((ulong)result.DeviceMajor << 32) | result.DeviceMinor,
        Inode = result.Inode,
        Type = (result.Mode & FileTypeMask) switch
        {
            0x2000 => FileType.CharacterDevice,
            0x4000 => FileType.Directory,
            0x6000 => FileType.BlockDevice,
            0x8000 => FileType.RegularFile,
            0xA000 => FileType.SymbolicLink,
            0xC000 => FileType.SocketStream,
            _ => FileType.Unknown,
        },
        LinkCount = result.LinkCount,
        Length = result.Size,
        AccessTime = ToNanoseconds(result.AccessTime),
        ModificationTime = ToNanoseconds(result.ModificationTime),
        ChangeTime = ToNanoseconds(result.ChangeTime),
    };

    private static ulong ToNanoseconds(LinuxTime time) => (ulong)(time.Seconds * 1_000_000_000L + time.Nanoseconds);

    private static ulong ToNanoseconds(DateTime time) => (ulong)((time - DateTime.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick);
}
