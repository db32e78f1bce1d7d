using System.Diagnostics;

namespace WasmLab.Tests.Support;

/// <summary>Sends signals to processes, as <c>kill</c> does.</summary>
internal static class UnixSignal
{
    /// <param name="processId">The process.</param>
    /// <param name="name">The signal's name without SIG, such as <c>TERM</c>.</param>
    public static void Send(int processId, string name)
    {
        using var kill = Process.Start("/bin/kill", [$"-{name}", processId.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}
