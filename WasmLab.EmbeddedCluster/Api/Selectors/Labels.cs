using System.Text.RegularExpressions;

namespace WasmLab.EmbeddedCluster.Api.Selectors;

/// <summary>The syntax of label keys and values.</summary>
internal static partial class Labels
{
    private const string NameRule = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

    /// <summary>What is wrong with a key of a label or annotation; null when nothing is.</summary>
    public static string? KeyError(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        var name = key[(slash + 1)..];
        if (slash == 0)
        {
            return "prefix part must be non-empty";
        }

        if (slash > 0 && (slash > 253 || !Subdomain().IsMatch(key[..slash])))
        {
            return "prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
                + "and must start and end with an alphanumeric character";
        }

        return name.Length switch
        {
            0 => "name part must be non-empty",
            > 63 => "name part must be no more than 63 characters",
            _ => Name().IsMatch(name) ? null : $"{NameRule} (e.g. 'MyName',  or 'my.name',  or '123-abc')",
        };
    }

    /// <summary>What is wrong with the value of a label; null when nothing is.</summary>
    public static string? ValueError(string value) => value.Length switch
    {
        0 => null,
        > 63 => "must be no more than 63 characters",
        _ => Name().IsMatch(value)
            ? null
            : "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', "
                + "and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345')",
    };

    [GeneratedRegex(@"^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Subdomain();
}
