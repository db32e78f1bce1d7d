using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace WasmLab.Oci;

/// <summary>The name of an image, completed as container tools complete it: <c>wasmlab/httpbin:native</c> is
/// <c>docker.io/wasmlab/httpbin:native</c>.</summary>
public sealed partial record ImageReference
{
    private const string DefaultRegistry = "docker.io";
    private const string DefaultNamespace = "library/";
    private const string DefaultTag = "latest";
    private const int MaxNameLength = 255;

    private ImageReference(string registry, string repository, string? tag, string? digest)
    {
        Registry = registry;
        Repository = repository;
        Tag = tag;
        Digest = digest;
    }

    /// <summary>The registry with its port, for example <c>docker.io</c>.</summary>
    public string Registry { get; }

    /// <summary>The path in the registry, for example <c>library/debian</c>.</summary>
    public string Repository { get; }

    /// <summary>The tag; <c>latest</c> when the text had neither tag nor digest; null when it had only a digest.</summary>
    public string? Tag { get; }

    /// <summary>The digest, for example <c>sha256:…</c>; null when the text had none.</summary>
    public string? Digest { get; }

    /// <summary>The shortest text that means the same image: without the default registry and its namespace.</summary>
    public string Familiar
    {
        get
        {
            var name = Registry != DefaultRegistry ? $"{Registry}/{Repository}"
                : Repository.StartsWith(DefaultNamespace, StringComparison.Ordinal) && Repository.LastIndexOf('/') == DefaultNamespace.Length - 1
                    ? Repository[DefaultNamespace.Length..]
                    : Repository;
            return name + Suffix;
        }
    }

    private string Suffix => (Tag is null ? "" : $":{Tag}") + (Digest is null ? "" : $"@{Digest}");

    /// <summary>Reads a reference; throws <see cref="ImageException"/> when the text is none.</summary>
    /// <param name="text">For example <c>wasmlab/httpbin:native</c>.</param>
    /// <returns>The completed reference.</returns>
    public static ImageReference Parse(string text) =>
        TryRead(text, out var reference, out var problem)
            ? reference
            : throw new ImageException($"'{text}' is not an image reference: {problem}");

    /// <summary>Reads a reference.</summary>
    /// <param name="text">For example <c>wasmlab/httpbin:native</c>.</param>
    /// <param name="reference">The completed reference.</param>
    /// <returns>False when the text is none.</returns>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ImageReference? reference) =>
        TryRead(text, out reference, out _);

    /// <summary>The full reference, for example <c>docker.io/wasmlab/httpbin:native</c>.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => $"{Registry}/{Repository}{Suffix}";

    private static bool TryRead(string? text, [NotNullWhen(true)] out ImageReference? reference, [NotNullWhen(false)] out string? problem)
    {
        reference = null;
        if (string.IsNullOrEmpty(text))
        {
            problem = "it is empty";
            return false;
        }

        var name = text;
        string? digest = null;
        if (name.IndexOf('@', StringComparison.Ordinal) is var at and >= 0)
        {
            (name, digest) = (name[..at], name[(at + 1)..]);
        }

        string? tag = null;
        if (name.LastIndexOf(':') is var colon and >= 0 && colon > name.LastIndexOf('/'))
        {
            (name, tag) = (name[..colon], name[(colon + 1)..]);
        }

        var (registry, repository) = SplitRegistry(name);
        problem = digest is not null && !DigestPattern.IsMatch(digest) ? $"the digest '{digest}' is not sha256: and 64 hexadecimal digits"
            : tag is not null && !TagPattern.IsMatch(tag) ? $"the tag '{tag}' may have up to 128 letters, digits, '_', '.' and '-'"
            : !RegistryPattern.IsMatch(registry) ? $"'{registry}' is not a host name with an optional port"
            : !RepositoryPattern.IsMatch(repository) ? $"the repository '{repository}' may have lower-case letters and digits, separated by '.', '_', '-' and '/'"
            : registry.Length + 1 + repository.Length > MaxNameLength ? $"the name has more than {MaxNameLength} characters"
            : null;
        if (problem is not null)
        {
            return false;
        }

        reference = new ImageReference(registry, repository, tag ?? (digest is null ? DefaultTag : null), digest);
        return true;
    }

    private static (string Registry, string Repository) SplitRegistry(string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : name[..slash];
        var isRegistry = first == "localhost" || first.AsSpan().ContainsAny('.', ':') || first.Any(char.IsAsciiLetterUpper);
        var (registry, repository) = isRegistry ? (first, name[(slash + 1)..]) : (DefaultRegistry, name);
        if (registry == "index.docker.io")
        {
            registry = DefaultRegistry;
        }

        return registry == DefaultRegistry && !repository.Contains('/', StringComparison.Ordinal)
            ? (registry, DefaultNamespace + repository)
            : (registry, repository);
    }

    [GeneratedRegex(@"\Asha256:[0-9a-f]{64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex DigestPattern { get; }

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\z", RegexOptions.CultureInvariant)]
    private static partial Regex TagPattern { get; }

    [GeneratedRegex(@"\A([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9A-Fa-f:]+\])(:[0-9]{1,5})?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex RegistryPattern { get; }

    [GeneratedRegex(@"\A[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*(/[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*)*\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex RepositoryPattern { get; }
}
