using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Known = Microsoft.Net.Http.Headers.HeaderNames;

namespace WasmLab.EmbeddedCluster.Ingresses.Forwarding;

/// <summary>Names of header fields without a new string for those that every answer has.</summary>
internal static class FieldNames
{
    private static readonly Dictionary<string, string> Names = new[]
        {
            Known.AcceptRanges, Known.AccessControlAllowOrigin, Known.Age, Known.CacheControl, Known.Connection, Known.ContentDisposition,
            Known.ContentEncoding, Known.ContentLength, Known.ContentType, Known.Date, Known.ETag, Known.Expires, Known.KeepAlive,
            Known.LastModified, Known.Location, Known.Server, Known.SetCookie, Known.Trailer, Known.TransferEncoding, Known.Upgrade, Known.Vary,
            "X-Content-Type-Options", "X-Powered-By", "X-Request-ID",
        }
        .ToDictionary(name => name, StringComparer.OrdinalIgnoreCase);

    private static readonly Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> Lookup = Names.GetAlternateLookup<ReadOnlySpan<char>>();

    public static string Get(ReadOnlySpan<byte> name)
    {
        if (name.Length > 32)
        {
            return Encoding.Latin1.GetString(name);
        }

        Span<char> characters = stackalloc char[name.Length];
        Encoding.Latin1.GetChars(name, characters);
        return Lookup.TryGetValue(characters, out var known) ? known : new string(characters);
    }
}

/// <summary>Reason phrases without a new string for the usual ones.</summary>
internal static class ReasonNames
{
    public static string Get(int statusCode, ReadOnlySpan<byte> reason)
    {
        var usual = ReasonPhrases.GetReasonPhrase(statusCode);
        return Ascii.Equals(reason, usual) ? usual : Encoding.Latin1.GetString(reason);
    }
}
