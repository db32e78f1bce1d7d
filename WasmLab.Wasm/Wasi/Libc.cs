using System.Runtime.InteropServices;

namespace WasmLab.Wasm.Wasi;

/// <summary>The few system calls that the class library does not offer. Unix only; <see cref="ClockGetTime"/> Linux only.</summary>
internal static partial class Libc
{
    public const int ClockThreadCpuTime = 3;

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(ref PollFd descriptors, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    public static partial int ClockGetTime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    public struct PollFd
    {
        public int FileDescriptor;
        public short Events;
        public short Returned;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
