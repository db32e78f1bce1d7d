namespace Aspire.Hosting.Processes;

/// <summary>
/// Starts a program as the leader of its own group, beside a guard: a shell in that group that waits for the end of the program's
/// stdin, which comes when whoever started it is gone, and then ends the group.
/// </summary>
internal static class UnixGuard
{
    private const string Shell = "/bin/sh";

    // The program takes the shell's place, so process number, exit code and signals are its own. The guard survives the SIGTERM that
    // it sends to its own group, gives the program three seconds, and ends by the SIGKILL.
    private const string Script = """
        exec 3<&0
        (
          trap '' HUP INT QUIT TERM
          exec >/dev/null 2>&1
          cat <&3
          kill -s TERM -- -$$
          n=30
          while [ $n -gt 0 ] && kill -s 0 $$; do sleep 0.1 || sleep 1; n=$((n-1)); done
          kill -s KILL -- -$$
        ) &
        exec 3<&-
        exec "$@"
        """;

    // What makes the shell the leader of a session: util-linux or busybox has setsid, macOS has perl.
    private static readonly Lazy<string[]?> s_leader = new(() =>
        ProgramPath.Find("setsid", "/") is { } setsid ? [setsid]
        : ProgramPath.Find("perl", "/") is { } perl ? [perl, "-MPOSIX", "-e", "POSIX::setsid(); exec {$ARGV[0]} @ARGV or die $!"]
        : null);

    /// <summary>Wraps a command line; without the means for it the command line is given back as it is.</summary>
    /// <returns>Whether the process will lead a group with its own number.</returns>
    public static bool TryWrap(string program, IReadOnlyList<string> arguments, out string fileName, out IReadOnlyList<string> wrapped)
    {
        if (OperatingSystem.IsWindows() || s_leader.Value is not { } leader || !File.Exists(Shell))
        {
            fileName = program;
            wrapped = arguments;
            return false;
        }

        fileName = leader[0];
        wrapped = [.. leader[1..], Shell, "-c", Script, "guard", program, .. arguments];
        return true;
    }
}
