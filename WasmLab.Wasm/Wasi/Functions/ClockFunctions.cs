using System.Buffers.Binary;

namespace WasmLab.Wasm.Wasi.Functions;

/// <summary><c>clock_*</c>. All times are nanoseconds.</summary>
internal static class ClockFunctions
{
    public static readonly WasiImport[] All =
    [
        WasiImport.Returning("clock_res_get", "ii", GetResolution),
        WasiImport.Returning("clock_time_get", "ili", GetTime),
    ];

    /// <summary>The time of a clock; null when there is no such clock.</summary>
    public static ulong? Read(WasiContext context, ClockId clock)
    {
        var time = context.Configuration.TimeProvider;
        return clock switch
        {
            ClockId.Realtime => (ulong)((time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick),
            ClockId.Monotonic => ToNanoseconds(time.GetTimestamp(), time.TimestampFrequency),
            ClockId.ProcessCpuTime or ClockId.ThreadCpuTime => ReadCpuTime(context),
            _ => null,
        };
    }

    private static Errno GetResolution(WasiCall call)
    {
        var result = call.Result(1, 8);
        var frequency = call.Context.Configuration.TimeProvider.TimestampFrequency;
        ulong? resolution = (ClockId)call.UInt32(0) switch
        {
            ClockId.Realtime => TimeSpan.NanosecondsPerTick,
            ClockId.Monotonic or ClockId.ProcessCpuTime or ClockId.ThreadCpuTime => (ulong)Math.Max(1, 1_000_000_000 / frequency),
            _ => null,
        };
        if (resolution is null)
        {
            return Errno.Invalid;
        }

        BinaryPrimitives.WriteUInt64LittleEndian(result, resolution.Value);
        return Errno.Success;
    }

    private static Errno GetTime(WasiCall call)
    {
        var result = call.Result(2, 8);
        if (Read(call.Context, (ClockId)call.UInt32(0)) is not { } time)
        {
            return Errno.Invalid;
        }

        BinaryPrimitives.WriteUInt64LittleEndian(result, time);
        return Errno.Success;
    }

    /// <summary>An instance is one thread, so this is both clocks. Without such a clock in the system: the time since the start.</summary>
    private static ulong ReadCpuTime(WasiContext context)
    {
        if (OperatingSystem.IsLinux() && Libc.ClockGetTime(Libc.ClockThreadCpuTime, out var spent) == 0)
        {
            return (ulong)((spent.Seconds * 1_000_000_000L) + spent.Nanoseconds);
        }

        var elapsed = context.Configuration.TimeProvider.GetElapsedTime(context.StartTimestamp);
        return (ulong)(elapsed.Ticks * TimeSpan.NanosecondsPerTick);
    }

    private static ulong ToNanoseconds(long timestamp, long frequency) =>
        (ulong)((Int128)timestamp * 1_000_000_000 / frequency);
}
