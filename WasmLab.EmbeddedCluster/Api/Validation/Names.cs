using System.Text.RegularExpressions;

namespace WasmLab.EmbeddedCluster.Api.Validation;

/// <summary>The syntaxes of names; each method says what is wrong with one, or null.</summary>
internal static partial class Names
{
    public static string? Subdomain(string name) => name.Length > 253
        ? "must be no more than 253 characters"
        : SubdomainForm().IsMatch(name)
            ? null
            : "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an "
                + "alphanumeric character (e.g. 'example.com', regex used for validation is "
                + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    public static string? Label(string name) => name.Length > 63
        ? "must be no more than 63 characters"
        : LabelForm().IsMatch(name)
            ? null
            : "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an "
                + "alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

    /// <summary>Names of services: as labels, but they begin with a letter.</summary>
    public static string? Label1035(string name) => name.Length > 63
        ? "must be no more than 63 characters"
        : Label1035Form().IsMatch(name)
            ? null
            : "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an "
                + "alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

    /// <summary>Names of ports.</summary>
    public static string? Port(string name) =>
        name.Length > 15 ? "must be no more than 15 characters"
        : !PortForm().IsMatch(name) ? "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"
        : !name.Any(char.IsAsciiLetter) ? "must contain at least one letter (a-z)"
        : name.Contains("--", StringComparison.Ordinal) ? "must not contain consecutive hyphens"
        : name[0] == '-' || name[^1] == '-' ? "must not begin or end with a hyphen"
        : null;

    /// <summary>Names of environment variables: anything printable but an equals sign.</summary>
    public static string? EnvironmentVariable(string name) =>
        name.All(character => character is >= ' ' and <= '~' and not '=')
            ? null
            : "a valid environment variable name must consist only of printable ASCII characters other than '='";

    /// <summary>Keys of ConfigMaps and Secrets.</summary>
    public static string? ConfigKey(string key) =>
        key.Length > 253 ? "must be no more than 253 characters"
        : !ConfigKeyForm().IsMatch(key)
            ? "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', "
                + "regex used for validation is '[-._a-zA-Z0-9]+')"
        : key is "." or ".." || key.StartsWith("..", StringComparison.Ordinal) ? $"must not be '{(key == "." ? "." : "..")}'"
        : null;

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex SubdomainForm();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex LabelForm();

    [GeneratedRegex(@"^[a-z]([-a-z0-9]*[a-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Label1035Form();

    [GeneratedRegex(@"^[-a-z0-9]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex PortForm();

    [GeneratedRegex(@"^[-._a-zA-Z0-9]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex ConfigKeyForm();
}
