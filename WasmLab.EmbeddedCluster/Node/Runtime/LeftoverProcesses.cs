using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace WasmLab.EmbeddedCluster.Nodes.Runtime;

/// <summary>
/// Remembers the processes of containers in the state directory, so that a node that starts can end what an earlier one
/// left running: the second line of defence behind <see cref="ProcessGuard"/>.
/// </summary>
internal static class LeftoverProcesses
{
    private const string FileName = "process.json";

    private sealed record Entry(int ProcessId, long StartTime);

    public static void Record(Bundle bundle, int processId)
    {
        if (StartTimeOf(processId) is { } startTime)
        {
            File.WriteAllText(FileOf(bundle), JsonSerializer.Serialize(new Entry(processId, startTime)));
        }
    }

    public static void Forget(Bundle bundle)
    {
        try
        {
            File.Delete(FileOf(bundle));
        }
        catch (IOException)
        {
            // The container's directory is gone already.
        }
    }

    /// <summary>Kills the recorded processes that still run and removes all container directories.</summary>
    public static void Clean(string containersDirectory, ILogger logger)
    {
        if (!Directory.Exists(containersDirectory))
        {
            return;
        }

        foreach (var directory in Directory.EnumerateDirectories(containersDirectory))
        {
            Kill(Path.Combine(directory, FileName), logger);
            try
            {
                Directory.Delete(directory, recursive: true);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                logger.LogWarning("Cannot remove {Directory}, left by an earlier node: {Reason}", directory, exception.Message);
            }
        }
    }

    private static void Kill(string file, ILogger logger)
    {
        try
        {
            var entry = JsonSerializer.Deserialize<Entry>(File.ReadAllText(file));
            if (entry is null || StartTimeOf(entry.ProcessId) is not { } startTime || Math.Abs(startTime - entry.StartTime) > 1)
            {
                return;
            }

            logger.LogWarning("Killing process {ProcessId}, left by an earlier node", entry.ProcessId);
            if (ProcessGuard.HasProcessGroups)
            {
                UnixSignals.SendToGroup(entry.ProcessId, UnixSignals.Kill);
            }
            else
            {
                using var process = Process.GetProcessById(entry.ProcessId);
                process.Kill(entireProcessTree: true);
            }
        }
        catch (Exception exception) when (exception is IOException or JsonException or ArgumentException or InvalidOperationException)
        {
            // No record, or the process ended meanwhile.
        }
    }

    // Seconds. A process id is used again; together with the start time it is not.
    private static long? StartTimeOf(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return process.StartTime.ToUniversalTime().Ticks / TimeSpan.TicksPerSecond;
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static string FileOf(Bundle bundle) => Path.Combine(Path.GetDirectoryName(bundle.RootFileSystem)!, FileName);
}
