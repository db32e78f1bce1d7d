using System.Diagnostics;

namespace WasmLab.EmbeddedCluster.Nodes.Runtime;

/// <summary>Wraps a container's command so that the container ends with this process, however this process ends.</summary>
/// <remarks>
/// The wrapped process holds the reading end of a pipe whose writing end only this process has. A small shell waits for
/// the end of that pipe and then kills the process group; the kernel closes the pipe even when this process is killed
/// with SIGKILL. The command replaces the wrapping shell, so its process id, signals and exit code are the child's own.
/// A parent-death signal (<c>setpriv --pdeathsig</c>) would not do: it is sent when the <em>thread</em> that started the
/// child ends, and threads of a .NET process come and go.
/// </remarks>
internal static class ProcessGuard
{
    private const string Script = """
        exec 3<&0
        { trap '' HUP INT TERM; read -r _; kill -s KILL -- TARGET; } <&3 3<&- >/dev/null 2>&1 &
        exec "$@" </dev/null 3<&-
        """;

    private static readonly string[] SetSidLocations = ["/usr/bin/setsid", "/bin/setsid", "/usr/local/bin/setsid"];
    private static readonly string? SetSid = FindSetSid();

    /// <summary>Whether a container gets a process group of its own, which needs <c>setsid</c> (every Linux, not macOS).</summary>
    public static bool HasProcessGroups => SetSid is not null;

    public static ProcessStartInfo Wrap(ProcessCommand command)
    {
        var startInfo = new ProcessStartInfo
        {
            WorkingDirectory = command.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };

        string[] arguments = (SetSid, OperatingSystem.IsWindows()) switch
        {
            (_, true) => [command.Program, .. command.Arguments],
            (null, _) => ["/bin/sh", "-c", Script.Replace("TARGET", "$$", StringComparison.Ordinal), "container", command.Program, .. command.Arguments],
            _ => [SetSid, "/bin/sh", "-c", Script.Replace("TARGET", "-$$", StringComparison.Ordinal), "container", command.Program, .. command.Arguments],
        };
        startInfo.FileName = arguments[0];
        foreach (var argument in arguments.Skip(1))
        {
            startInfo.ArgumentList.Add(argument);
        }

        startInfo.Environment.Clear();
        foreach (var (name, value) in command.Environment)
        {
            startInfo.Environment[name] = value;
        }

        return startInfo;
    }

    private static string? FindSetSid() => OperatingSystem.IsWindows()
        ? null
        : SetSidLocations.FirstOrDefault(File.Exists);
}
