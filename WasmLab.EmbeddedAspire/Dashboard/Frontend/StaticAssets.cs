using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace Aspire.Hosting.Dashboard.Frontend;

/// <summary>The style sheet, the script and the icon, embedded in the assembly. Their addresses change with their content.</summary>
internal static class StaticAssets
{
    private static readonly Dictionary<string, string> ContentTypes = new()
    {
        ["dashboard.css"] = "text/css; charset=utf-8",
        ["dashboard.js"] = "text/javascript; charset=utf-8",
        ["favicon.svg"] = "image/svg+xml",
    };

    private static readonly Lazy<Dictionary<string, (byte[] Content, string Version)>> Assets = new(() =>
        ContentTypes.Keys.ToDictionary(name => name, Load));

    public static string Url(string name) => $"/assets/{name}?v={Assets.Value[name].Version}";

    public static async Task ServeAsync(HttpContext http, string name)
    {
        if (!Assets.Value.TryGetValue(name, out var asset))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        http.Response.ContentType = ContentTypes[name];
        http.Response.Headers.CacheControl = "private, max-age=31536000, immutable";
        await http.Response.Body.WriteAsync(asset.Content, http.RequestAborted).ConfigureAwait(false);
    }

    private static (byte[] Content, string Version) Load(string name)
    {
        using var stream = typeof(StaticAssets).Assembly.GetManifestResourceStream($"Dashboard/{name}")!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return (content, Convert.ToHexStringLower(SHA256.HashData(content))[..12]);
    }
}
