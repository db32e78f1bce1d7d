using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace WasmLab.Wasm.Wasi.Files;

/// <summary>What a <c>stat</c> tells. Times are nanoseconds since 1970.</summary>
internal readonly record struct FileStatus
{
    public const int Size = 64;

    private const int FileTypeMask = 0xF000;
    private const int NotFoundErrno = 2;
    private const int NotDirectoryErrno = 20;

    public ulong Device { get; init; }

    public ulong Inode { get; init; }

    public FileType Type { get; init; }

    public ulong LinkCount { get; init; }

    public ulong Length { get; init; }

    public ulong AccessTime { get; init; }

    public ulong ModificationTime { get; init; }

    public ulong ChangeTime { get; init; }

    /// <summary>The status of a path, not following a symbolic link at its end; null when there is nothing.</summary>
    public static FileStatus? Find(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return FindPortably(path);
        }

        if (Libc.StatX(Libc.AtFdCwd, path, Libc.AtSymlinkNoFollow, Libc.StatXBasicStats, out var result) == 0)
        {
            return FromStatX(result);
        }

        var errno = Marshal.GetLastPInvokeError();
        return errno is NotFoundErrno or NotDirectoryErrno ? null : throw new WasiErrnoException(ErrnoMapping.FromUnix(errno));
    }

    /// <summary>The status of an open file, which may have been renamed or removed meanwhile.</summary>
    public static FileStatus Of(Microsoft.Win32.SafeHandles.SafeFileHandle handle, string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return FindPortably(path) ?? new FileStatus { Type = FileType.RegularFile, Length = (ulong)RandomAccess.GetLength(handle) };
        }

        return Libc.StatX((int)handle.DangerousGetHandle(), "", Libc.AtEmptyPath, Libc.StatXBasicStats, out var result) == 0
            ? FromStatX(result)
            : throw new WasiErrnoException(ErrnoMapping.FromUnix(Marshal.GetLastPInvokeError()));
    }

    public void WriteTo(Span<byte> destination)
    {
        destination.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(destination, Device);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], Inode);
        destination[16] = (byte)Type;
        BinaryPrimitives.WriteUInt64LittleEndian(destination[24..], LinkCount);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[32..], Length);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[40..], AccessTime);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[48..], ModificationTime);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[56..], ChangeTime);
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

    private static FileStatus FromStatX(in Libc.StatXResult result) => new()
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

    private static ulong ToNanoseconds(Libc.StatXTime time) => (ulong)(time.Seconds * 1_000_000_000L + time.Nanoseconds);

    private static ulong ToNanoseconds(DateTime time) => (ulong)((time - DateTime.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick);
}
