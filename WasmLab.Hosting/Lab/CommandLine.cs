using System.Text;

namespace WasmLab.Hosting.Lab;

/// <summary>Writes and reads commands as a POSIX shell does.</summary>
internal static class CommandLine
{
    public static string Of(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));

    /// <summary>True when a shell and a program that is no shell read the word alike.</summary>
    public static bool IsPlain(string word) =>
        word.Length > 0 && word.All(character => char.IsAsciiLetterOrDigit(character) || "-_./:=@,+%".Contains(character, StringComparison.Ordinal));

    /// <summary>The word, in single quotes if the shell would read it as anything else.</summary>
    public static string Quote(string word) => IsPlain(word) ? word : "'" + word.Replace("'", @"'\''", StringComparison.Ordinal) + "'";

    /// <summary>The words of a command line, quotes taken away; null when a quote is not closed.</summary>
    public static IReadOnlyList<string>? TrySplit(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var (isInWord, quote) = (false, '\0');
        foreach (var character in line)
        {
            if (quote != '\0' ? character == quote : character is '\'' or '"')
            {
                (isInWord, quote) = (true, quote == '\0' ? character : '\0');
            }
            else if (quote == '\0' && char.IsWhiteSpace(character))
            {
                Take();
            }
            else
            {
                isInWord = true;
                word.Append(character);
            }
        }

        Take();
        return quote == '\0' ? words : null;

        void Take()
        {
            if (isInWord)
            {
                words.Add(word.ToString());
                word.Clear();
                isInWord = false;
            }
        }
    }
}
