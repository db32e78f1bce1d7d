using System.Diagnostics;

namespace WasmLab.EmbeddedCluster.Nodes.Runtime;

/// <summary>Starts the node's processes, one at a time.</summary>
/// <remarks>
/// A process that is being started holds, until it executes its program, a copy of every file that this process has open.
/// If one of these is an image's program being unpacked, executing that program fails with "Text file busy". Starting one
/// at a time makes sure that no such copy is left when a program is started after it was unpacked.
/// </remarks>
internal static class ProcessLauncher
{
    private static readonly Lock Gate = new();

    public static Process Start(ProcessStartInfo startInfo)
    {
        var process = new Process { StartInfo = startInfo, EnableRaisingEvents = true };
        lock (Gate)
        {
            process.Start();
        }

        return process;
    }
}
