using Microsoft.Win32.SafeHandles;

namespace WasmLab.Wasm.Wasi.Files;

/// <summary>The times that a call sets on a file; null leaves one as it is.</summary>
internal readonly record struct FileTimes(DateTime? Access, DateTime? Modification)
{
    private const TimestampFlags BothAccess = TimestampFlags.AccessTime | TimestampFlags.AccessTimeNow;
    private const TimestampFlags BothModification = TimestampFlags.ModificationTime | TimestampFlags.ModificationTimeNow;

    public static FileTimes Decode(WasiCall call, int accessIndex, int modificationIndex, int flagsIndex)
    {
        var flags = (TimestampFlags)call.UInt32(flagsIndex);
        if ((flags & ~(BothAccess | BothModification)) != 0 || flags.HasFlag(BothAccess) || flags.HasFlag(BothModification))
        {
            throw new WasiErrnoException(Errno.Invalid);
        }

        var now = call.Context.Configuration.TimeProvider.GetUtcNow().UtcDateTime;
        return new FileTimes(
            flags.HasFlag(TimestampFlags.AccessTimeNow) ? now : flags.HasFlag(TimestampFlags.AccessTime) ? FromNanoseconds(call.Int64(accessIndex)) : null,
            flags.HasFlag(TimestampFlags.ModificationTimeNow) ? now : flags.HasFlag(TimestampFlags.ModificationTime) ? FromNanoseconds(call.Int64(modificationIndex)) : null);
    }

    public void Apply(SafeFileHandle handle)
    {
        if (Access is { } access)
        {
            File.SetLastAccessTimeUtc(handle, access);
        }

        if (Modification is { } modification)
        {
            File.SetLastWriteTimeUtc(handle, modification);
        }
    }

    public void Apply(string path, bool isDirectory)
    {
        FileSystemInfo info = isDirectory ? new DirectoryInfo(path) : new FileInfo(path);
        if (Access is { } access)
        {
            info.LastAccessTimeUtc = access;
        }

        if (Modification is { } modification)
        {
            info.LastWriteTimeUtc = modification;
        }
    }

    private static DateTime FromNanoseconds(long nanoseconds)
    {
        var ticks = (long)((ulong)nanoseconds / TimeSpan.NanosecondsPerTick);
        return ticks > DateTime.MaxValue.Ticks - DateTime.UnixEpoch.Ticks
            ? throw new WasiErrnoException(Errno.Invalid)
            : DateTime.UnixEpoch.AddTicks(ticks);
    }
}
