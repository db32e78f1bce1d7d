using System.Buffers;
using System.Collections.Frozen;

namespace WasmLab.EmbeddedCluster.Ingresses.Forwarding;

/// <summary>Which header fields go through, in which direction.</summary>
internal static class HeaderRules
{
    private static readonly FrozenSet<string> NotToPod = FrozenSet.ToFrozenSet(
        [
            // Between two hops only, or written anew.
            "Host", "Connection", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "HTTP2-Settings", "Expect",
            "Content-Length",
            // A client must not be able to set what the pod trusts the ingress for.
            "X-Request-ID", "X-Real-IP", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Proto", "X-Forwarded-Scheme",
            "X-Scheme", "X-Original-Forwarded-For",
            // CGI programs would read it as the HTTP_PROXY variable.
            "Proxy",
        ],
        StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> NotToClient = FrozenSet.ToFrozenSet(
        [
            "Connection", "Keep-Alive", "Proxy-Connection", "TE", "Transfer-Encoding", "Upgrade", "Content-Length", "Date", "Server", "X-Pad",
            "X-Accel-Expires", "X-Accel-Redirect", "X-Accel-Limit-Rate", "X-Accel-Buffering", "X-Accel-Charset",
        ],
        StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> NotInTrailers = FrozenSet.ToFrozenSet(
        ["Content-Length", "Transfer-Encoding", "Host", "Trailer", "Content-Encoding", "Content-Type", "Content-Range", "Connection", "Set-Cookie", "Authorization"],
        StringComparer.OrdinalIgnoreCase);

    private static readonly SearchValues<char> RequestNameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");

    private static readonly SearchValues<byte> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private static readonly SearchValues<byte> ForbiddenInValues =
        SearchValues.Create([.. Enumerable.Range(0, 32).Where(value => value != '\t').Append(127).Select(value => (byte)value)]);

    private static readonly SearchValues<char> LineBreakers = SearchValues.Create("\r\n\0");

    /// <summary>NGINX drops names with an underscore, a dot or worse; <c>X_Real_IP</c> must not pass for <c>X-Real-IP</c>.</summary>
    public static bool GoesToPod(string name) => !NotToPod.Contains(name) && !name.AsSpan().ContainsAnyExcept(RequestNameCharacters);

    public static bool GoesToClient(string name) => !NotToClient.Contains(name);

    public static bool MayBeTrailer(string name) => !NotInTrailers.Contains(name);

    public static bool BreaksLine(string value) => value.AsSpan().ContainsAny(LineBreakers);

    public static bool IsToken(ReadOnlySpan<byte> name) => !name.IsEmpty && !name.ContainsAnyExcept(TokenCharacters);

    public static bool IsValue(ReadOnlySpan<byte> value) => !value.ContainsAny(ForbiddenInValues);
}
