using System.Globalization;
using System.Text.RegularExpressions;
using WasmLab.EmbeddedCluster.Ingresses.Routing;

namespace WasmLab.EmbeddedCluster.Ingresses.Configuration;

/// <summary>The annotations of one ingress that ingress-nginx defines, read and checked.</summary>
internal sealed partial class IngressAnnotations
{
    public const string Prefix = "nginx.ingress.kubernetes.io/";
    public const string Class = "kubernetes.io/ingress.class";

    // Buffering and TLS settings that change nothing here: bodies are always streamed, and there is no TLS.
    private static readonly HashSet<string> WithoutEffect =
    [
        "ssl-redirect", "force-ssl-redirect", "preserve-trailing-slash", "proxy-buffering", "proxy-request-buffering",
        "proxy-buffer-size", "proxy-buffers-number", "proxy-busy-buffers-size", "proxy-max-temp-file-size", "client-body-buffer-size",
    ];

    private readonly List<string> _unknown = [];
    private readonly List<string> _errors = [];

    private IngressAnnotations()
    {
    }

    public bool UseRegex { get; private set; }

    public RewriteTemplate? Rewrite { get; private set; }

    public IReadOnlyList<string> ServerAliases { get; private set; } = [];

    public LocationSettings Settings { get; private set; } = LocationSettings.Default;

    /// <summary>Names of ingress-nginx annotations that this controller does not know.</summary>
    public IReadOnlyList<string> Unknown => _unknown;

    /// <summary>What is wrong, each entry naming its annotation; the ingress is served only when there is nothing.</summary>
    public IReadOnlyList<string> Errors => _errors;

    public static IngressAnnotations Parse(IReadOnlyDictionary<string, string> annotations)
    {
        var result = new IngressAnnotations();
        var redirects = new Dictionary<string, string>();
        foreach (var (key, value) in annotations)
        {
            if (!key.StartsWith(Prefix, StringComparison.Ordinal) || value.Length == 0)
            {
                continue;
            }

            var name = key[Prefix.Length..];
            try
            {
                if (name.Contains("-redirect", StringComparison.Ordinal) && (name.StartsWith("permanent", StringComparison.Ordinal) || name.StartsWith("temporal", StringComparison.Ordinal)))
                {
                    redirects[name] = value;
                }
                else
                {
                    result.Read(name, value);
                }
            }
            catch (FormatException exception)
            {
                result._errors.Add($"annotation {key}: {exception.Message}");
            }
        }

        result.ReadRedirect(redirects);
        result._unknown.Sort(StringComparer.Ordinal);
        return result;
    }

    private void Read(string name, string value)
    {
        switch (name)
        {
            case "use-regex":
                UseRegex = ParseBool(value);
                break;
            case "rewrite-target":
                Rewrite = RewriteTemplate.Parse(value);
                break;
            case "server-alias":
                ServerAliases = value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
                break;
            case "app-root":
                Settings = Settings with { AppRoot = Matching(value, PlainPath(), "a path that starts with /") };
                break;
            case "x-forwarded-prefix":
                Settings = Settings with { ForwardedPrefix = Matching(value, PlainPath(), "a path that starts with /") };
                break;
            case "upstream-vhost":
                Settings = Settings with { UpstreamHost = Matching(value, HostName(), "a host name") };
                break;
            case "proxy-body-size" or "client-max-body-size":
                Settings = Settings with { MaxBodySize = ParseSize(value) };
                break;
            case "proxy-connect-timeout":
                Settings = Settings with { ConnectTimeout = ParseSeconds(value) };
                break;
            case "proxy-read-timeout":
                Settings = Settings with { ReadTimeout = ParseSeconds(value) };
                break;
            case "proxy-send-timeout":
                Settings = Settings with { SendTimeout = ParseSeconds(value) };
                break;
            case "proxy-next-upstream" when value.Trim() == "off":
                Settings = Settings with { Tries = 1 };
                break;
            case "proxy-next-upstream" when value.Split(' ', StringSplitOptions.RemoveEmptyEntries) is ["error", "timeout"] or ["timeout", "error"]:
                break;
            case "proxy-next-upstream-tries":
                Settings = Settings with { Tries = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var tries) ? Math.Max(1, tries) : throw new FormatException($"\"{value}\" is not a number") };
                break;
            case "enable-access-log":
                Settings = Settings with { AccessLog = ParseBool(value) };
                break;
            case "backend-protocol":
                if (!value.Equals("HTTP", StringComparison.OrdinalIgnoreCase))
                {
                    throw new FormatException($"\"{value}\" is not spoken here; only HTTP is");
                }

                break;
            case "proxy-http-version":
                if (value != "1.1")
                {
                    throw new FormatException($"\"{value}\" is not spoken here; only 1.1 is");
                }

                break;
            default:
                if (!WithoutEffect.Contains(name))
                {
                    _unknown.Add(name);
                }

                break;
        }
    }

    private void ReadRedirect(Dictionary<string, string> redirects)
    {
        foreach (var (name, status) in (ReadOnlySpan<(string, int)>)[("temporal-redirect", 302), ("permanent-redirect", 301)])
        {
            if (!redirects.TryGetValue(name, out var url))
            {
                continue;
            }

            var code = status;
            if (redirects.TryGetValue(name + "-code", out var text) && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out code) || code is < 300 or > 308))
            {
                _errors.Add($"annotation {Prefix}{name}-code: \"{text}\" is not a status from 300 to 308");
            }
            else if (!Uri.TryCreate(url, UriKind.Absolute, out _) || url.AsSpan().IndexOfAnyInRange('\0', ' ') >= 0)
            {
                _errors.Add($"annotation {Prefix}{name}: \"{url}\" is not an absolute URL");
            }
            else
            {
                Settings = Settings with { Redirect = new Redirect(code, url) };
                return;
            }
        }
    }

    private static bool ParseBool(string value) => value switch
    {
        "1" or "t" or "T" or "true" or "True" or "TRUE" => true,
        "0" or "f" or "F" or "false" or "False" or "FALSE" => false,
        _ => throw new FormatException($"\"{value}\" is neither \"true\" nor \"false\""),
    };

    private static TimeSpan ParseSeconds(string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds > 0
            ? TimeSpan.FromSeconds(seconds)
            : throw new FormatException($"\"{value}\" is not a number of seconds; write it without a unit");

    private static long? ParseSize(string value)
    {
        var factor = char.ToLowerInvariant(value[^1]) switch { 'k' => 1024L, 'm' => 1024 * 1024, 'g' => 1024 * 1024 * 1024, 'b' => 1, _ => 0 };
        var digits = factor == 0 ? value : value[..^1];
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > long.MaxValue / (1L << 30))
        {
            throw new FormatException($"\"{value}\" is not a size such as 1024, 8k, 10m or 1g");
        }

        var size = number * Math.Max(1, factor);
        return size == 0 ? null : size;
    }

    private static string Matching(string value, Regex allowed, string what) =>
        allowed.IsMatch(value) ? value : throw new FormatException($"\"{value}\" is not {what}");

    [GeneratedRegex(@"^/[\-._~a-zA-Z0-9/:]*\z")]
    private static partial Regex PlainPath();

    [GeneratedRegex(@"^[\-._a-zA-Z0-9:]+\z")]
    private static partial Regex HostName();
}
