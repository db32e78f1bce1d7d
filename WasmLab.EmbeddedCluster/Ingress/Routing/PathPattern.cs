using System.Text.RegularExpressions;

namespace WasmLab.EmbeddedCluster.Ingresses.Routing;

/// <summary>
/// A path that is a regular expression: NGINX's <c>location ~* "^PATH"</c> and, for rewrites, <c>rewrite "(?i)PATH"</c>.
/// </summary>
internal sealed class PathPattern
{
    // A backstop: what could take longer than linear time goes to the engine that cannot.
    private static readonly TimeSpan MatchTimeout = TimeSpan.FromMilliseconds(100);

    private readonly Regex _location;
    private readonly Regex _rewrite;

    /// <exception cref="RegexParseException">The path is no regular expression.</exception>
    public PathPattern(string path)
    {
        Source = path;
        var shape = Inspect(path);
        _location = Create("^" + path, shape.IsLinear);
        // The anchor binds the first alternative only, so with alternatives at the top the rewrite may match elsewhere.
        _rewrite = shape.HasTopLevelAlternative ? Create(path, isLinear: false) : _location;
    }

    /// <summary>The path as the ingress gives it.</summary>
    public string Source { get; }

    /// <exception cref="RegexMatchTimeoutException">The path took too long to match.</exception>
    public bool IsMatch(string path) => _location.IsMatch(path);

    /// <summary>Matches and captures; null when the location does not take the path.</summary>
    /// <exception cref="RegexMatchTimeoutException">The path took too long to match.</exception>
    public Match? Match(string path)
    {
        var match = _location.Match(path);
        if (!match.Success)
        {
            return null;
        }

        return ReferenceEquals(_location, _rewrite) ? match : _rewrite.Match(path);
    }

    private static Regex Create(string pattern, bool isLinear)
    {
        const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;
        if (!isLinear)
        {
            try
            {
                return new Regex(pattern, Options | RegexOptions.NonBacktracking);
            }
            catch (NotSupportedException)
            {
                // Look-around and back-references need the backtracking engine.
            }
        }

        return new Regex(pattern, Options | RegexOptions.Compiled, MatchTimeout);
    }

    /// <summary>
    /// Anchored, with one unbounded repetition of a single element, few optional ones and no back-reference, a pattern backtracks in linear
    /// time, and the compiled engine captures several times faster than the one that never backtracks.
    /// </summary>
    private static (bool IsLinear, bool HasTopLevelAlternative) Inspect(string path)
    {
        const int MaxOptional = 4;
        var (depth, repetitions, optional) = (0, 0, 0);
        var (inClass, repeatsGroup, refersBack, alternative) = (false, false, false, false);
        for (var i = 0; i < path.Length; i++)
        {
            var character = path[i];
            if (character == '\\')
            {
                i++;
                refersBack |= i < path.Length && (path[i] == 'k' || char.IsAsciiDigit(path[i]));
            }
            else if (inClass)
            {
                inClass = character != ']';
            }
            else if (character == '[')
            {
                inClass = true;
            }
            else if (character is '(' or ')')
            {
                depth += character == '(' ? 1 : -1;
            }
            else if (character == '|')
            {
                alternative |= depth == 0;
            }
            else if (character is '*' or '+' or '{')
            {
                repetitions++;
                repeatsGroup |= i > 0 && path[i - 1] == ')';
            }
            else if (character == '?' && i > 0 && path[i - 1] != '(')
            {
                optional++;
            }
        }

        return (repetitions <= 1 && optional <= MaxOptional && !repeatsGroup && !refersBack && !alternative, alternative);
    }
}
