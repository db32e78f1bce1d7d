using Microsoft.Win32.SafeHandles;

namespace WasmLab.Wasm.Wasi.Files;

/// <summary>The times that a call sets on a file, in nanoseconds since 1970; null leaves one as it is.</summary>
internal readonly record struct FileTimes(ulong? Access, ulong? Modification)
{
    private const TimestampFlags BothAccess = TimestampFlags.AccessTime | TimestampFlags.AccessTimeNow;
    private const TimestampFlags BothModification = TimestampFlags.ModificationTime | TimestampFlags.ModificationTimeNow;
    private const ulong NanosecondsPerSecond = 1_000_000_000;

    public static FileTimes Decode(WasiCall call, int accessIndex, int modificationIndex, int flagsIndex)
    {
        var flags = (TimestampFlags)call.UInt32(flagsIndex);
        if ((flags & ~(BothAccess | BothModification)) != 0 || flags.HasFlag(BothAccess) || flags.HasFlag(BothModification))
        {
            throw new WasiErrnoException(Errno.Invalid);
        }

        var now = (ulong)((call.Context.Configuration.TimeProvider.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick);
        return new FileTimes(
            flags.HasFlag(TimestampFlags.AccessTimeNow) ? now : flags.HasFlag(TimestampFlags.AccessTime) ? (ulong)call.Int64(accessIndex) : null,
            flags.HasFlag(TimestampFlags.ModificationTimeNow) ? now : flags.HasFlag(TimestampFlags.ModificationTime) ? (ulong)call.Int64(modificationIndex) : null);
    }

    public void Apply(SafeFileHandle handle)
    {
        if (OperatingSystem.IsLinux())
        {
            if (LinuxFiles.SetTimes(handle, ToTimeSpecs()) < 0)
            {
                throw new WasiErrnoException(ErrnoMapping.FromUnix(System.Runtime.InteropServices.Marshal.GetLastPInvokeError()));
            }

            return;
        }

        if (Access is { } access)
        {
            File.SetLastAccessTimeUtc(handle, ToDateTime(access));
        }

        if (Modification is { } modification)
        {
            File.SetLastWriteTimeUtc(handle, ToDateTime(modification));
        }
    }

    public void Apply(string path, bool isDirectory)
    {
        FileSystemInfo info = isDirectory ? new DirectoryInfo(path) : new FileInfo(path);
        if (Access is { } access)
        {
            info.LastAccessTimeUtc = ToDateTime(access);
        }

        if (Modification is { } modification)
        {
            info.LastWriteTimeUtc = ToDateTime(modification);
        }
    }

    /// <summary>As <c>utimensat(2)</c> takes them.</summary>
    public Libc.TimeSpec[] ToTimeSpecs() => [ToTimeSpec(Access), ToTimeSpec(Modification)];

    private static Libc.TimeSpec ToTimeSpec(ulong? time) => time is { } nanoseconds
        ? new Libc.TimeSpec { Seconds = (nint)(nanoseconds / NanosecondsPerSecond), Nanoseconds = (nint)(nanoseconds % NanosecondsPerSecond) }
        : new Libc.TimeSpec { Nanoseconds = (nint)LinuxFiles.OmitTime };

    private static DateTime ToDateTime(ulong nanoseconds)
    {
        var ticks = (long)(nanoseconds / TimeSpan.NanosecondsPerTick);
        return ticks > DateTime.MaxValue.Ticks - DateTime.UnixEpoch.Ticks
            ? throw new WasiErrnoException(Errno.Invalid)
            : DateTime.UnixEpoch.AddTicks(ticks);
    }
}
