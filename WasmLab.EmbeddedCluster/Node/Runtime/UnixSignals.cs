using System.Runtime.InteropServices;

namespace WasmLab.EmbeddedCluster.Nodes.Runtime;

/// <summary>Sends signals, which .NET's Process cannot (it only kills).</summary>
internal static class UnixSignals
{
    public const int Kill = 9;
    public const int Terminate = 15;

    public static void Send(int processId, int signal) => _ = SendCore(processId, signal);

    public static void SendToGroup(int processGroup, int signal) => _ = SendCore(-processGroup, signal);

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendCore(int target, int signal);
}
