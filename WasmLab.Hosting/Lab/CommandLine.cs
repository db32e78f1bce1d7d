namespace WasmLab.Hosting.Lab;

/// <summary>Writes commands as a POSIX shell reads them.</summary>
internal static class CommandLine
{
    public static string Of(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));

    /// <summary>The word, in single quotes if the shell would read it as anything else.</summary>
    public static string Quote(string word) =>
        word.Length > 0 && word.All(character => char.IsAsciiLetterOrDigit(character) || "-_./:=@,+%".Contains(character, StringComparison.Ordinal))
            ? word
            : "'" + word.Replace("'", @"'\''", StringComparison.Ordinal) + "'";
}
