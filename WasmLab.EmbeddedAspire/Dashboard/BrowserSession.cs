using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Aspire.Hosting.Dashboard;

/// <summary>
/// Logs a browser in with the token. The cookie is derived from the token, so a session outlives a restart exactly when
/// the token does; the anti-forgery value is derived from it too, so that only pages served here can post.
/// </summary>
internal sealed class BrowserSession(string token)
{
    public const string AntiforgeryField = "__antiforgery";

    private readonly string _cookie = Derive(token, "session");
    private readonly byte[] _tokenHash = Hash(token);

    public string Antiforgery { get; } = Derive(token, "antiforgery");

    public bool IsToken(string? candidate) => candidate is not null && CryptographicOperations.FixedTimeEquals(Hash(candidate), _tokenHash);

    public bool IsLoggedIn(HttpContext context) =>
        context.Request.Cookies[CookieName(context)] is { } cookie && CryptographicOperations.FixedTimeEquals(Hash(cookie), Hash(_cookie));

    public bool IsAntiforgery(string? candidate) =>
        candidate is not null && CryptographicOperations.FixedTimeEquals(Hash(candidate), Hash(Antiforgery));

    public void LogIn(HttpContext context) => context.Response.Cookies.Append(CookieName(context), _cookie, new CookieOptions
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        Path = "/",
        MaxAge = TimeSpan.FromDays(3),
        IsEssential = true,
    });

    /// <summary>Cookies know no ports: two dashboards on one machine would log each other out.</summary>
    private static string CookieName(HttpContext context) => $"wasmlab-dashboard-{context.Connection.LocalPort}";

    private static string Derive(string token, string purpose) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes($"wasmlab dashboard {purpose}")));

    private static byte[] Hash(string value) => SHA256.HashData(Encoding.UTF8.GetBytes(value));
}
