using System.Diagnostics;
using System.Globalization;

namespace WasmLab.Tests.Support;

/// <summary>Signals to processes.</summary>
internal static class UnixSignal
{
    /// <summary>Whether a process ignores SIGINT, as one does that a shell without job control started in the background.</summary>
    /// <param name="processId">The process, on Linux.</param>
    public static bool IgnoresInterrupt(int processId)
    {
        const string Ignored = "SigIgn:";
        const ulong Interrupt = 1 << (2 - 1);
        var line = File.ReadLines($"/proc/{processId}/status").First(line => line.StartsWith(Ignored, StringComparison.Ordinal));
        return (ulong.Parse(line.AsSpan(Ignored.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & Interrupt) != 0;
    }

    /// <summary>Sends a signal, as <c>kill</c> does.</summary>
    /// <param name="processId">The process.</param>
    /// <param name="name">The signal's name without SIG, such as <c>TERM</c>.</param>
    public static void Send(int processId, string name)
    {
        using var kill = Process.Start("/bin/kill", [$"-{name}", processId.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}
