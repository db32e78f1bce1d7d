namespace WasmLab.Tests.Support;

/// <summary>The processes of a Linux machine.</summary>
internal static class ProcessTable
{
    /// <summary>The processes whose command line, working directory or program mentions a text.</summary>
    public static IReadOnlyList<(int Id, string CommandLine)> Mentioning(string text)
    {
        var found = new List<(int, string)>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), out var id) || id == Environment.ProcessId)
            {
                continue;
            }

            try
            {
                var commandLine = File.ReadAllText(Path.Combine(directory, "cmdline")).Replace('\0', ' ').TrimEnd();
                if (commandLine.Contains(text, StringComparison.Ordinal) || Mentions(directory, "cwd", text) || Mentions(directory, "exe", text))
                {
                    found.Add((id, commandLine));
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // It ended while we looked, or is not ours.
            }
        }

        return found;
    }

    private static bool Mentions(string directory, string link, string text) =>
        new FileInfo(Path.Combine(directory, link)).LinkTarget?.Contains(text, StringComparison.Ordinal) ?? false;
}
