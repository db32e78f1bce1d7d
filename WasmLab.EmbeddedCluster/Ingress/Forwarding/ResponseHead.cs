using System.Buffers.Text;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace WasmLab.EmbeddedCluster.Ingresses.Forwarding;

internal enum ParseResult
{
    Complete,
    Incomplete,
    Invalid,
}

/// <summary>The head of a pod's answer, read strictly: what is ambiguous is refused, not guessed.</summary>
internal sealed class ResponseHead
{
    private readonly List<(string Name, string Value)> _fields = [];

    public int StatusCode { get; private set; }

    public string Reason { get; private set; } = "";

    public IReadOnlyList<(string Name, string Value)> Fields => _fields;

    public long? ContentLength { get; private set; }

    public bool IsChunked { get; private set; }

    /// <summary>The connection can carry another request after this answer.</summary>
    public bool KeepsAlive { get; private set; }

    /// <summary>What makes it invalid, for the log.</summary>
    public string? Error { get; private set; }

    /// <param name="bytes">From the first byte of the status line.</param>
    /// <param name="consumed">Length of the head when complete.</param>
    public ParseResult Parse(ReadOnlySpan<byte> bytes, out int consumed)
    {
        consumed = 0;
        _fields.Clear();
        (ContentLength, IsChunked, Error) = (null, false, null);
        if (!TryTakeLine(bytes, ref consumed, out var line))
        {
            return LooksLikeHttp(bytes) ? ParseResult.Incomplete : Invalid("it does not begin with HTTP/1");
        }

        if (!TryParseStatusLine(line))
        {
            return Invalid("its status line is malformed");
        }

        while (true)
        {
            if (!TryTakeLine(bytes, ref consumed, out line))
            {
                return ParseResult.Incomplete;
            }

            if (line.IsEmpty)
            {
                return IsChunked && ContentLength is not null ? Invalid("it has both Content-Length and Transfer-Encoding") : ParseResult.Complete;
            }

            if (!TryParseField(line, out var name, out var value) || !TryInterpret(name, value))
            {
                return Invalid(Error ?? "a header line is malformed");
            }

            _fields.Add((name, value));
        }
    }

    /// <summary>Splits a header line; also used for trailers.</summary>
    public static bool TryParseField(ReadOnlySpan<byte> line, out string name, out string value)
    {
        name = value = "";
        var colon = line.IndexOf((byte)':');
        if (colon <= 0 || !HeaderRules.IsToken(line[..colon]))
        {
            return false;
        }

        var content = line[(colon + 1)..].Trim(" \t"u8);
        if (!HeaderRules.IsValue(content))
        {
            return false;
        }

        name = FieldNames.Get(line[..colon]);
        value = Encoding.Latin1.GetString(content);
        return true;
    }

    /// <summary>Takes one line without its end; NGINX accepts a lone line feed from a server, so it does here.</summary>
    public static bool TryTakeLine(ReadOnlySpan<byte> bytes, ref int position, out ReadOnlySpan<byte> line)
    {
        var rest = bytes[position..];
        var end = rest.IndexOf((byte)'\n');
        if (end < 0)
        {
            line = default;
            return false;
        }

        position += end + 1;
        line = end > 0 && rest[end - 1] == '\r' ? rest[..(end - 1)] : rest[..end];
        return true;
    }

    public bool HasBody(string method) =>
        !HttpMethods.IsHead(method) && StatusCode is not (StatusCodes.Status204NoContent or StatusCodes.Status304NotModified);

    private static bool LooksLikeHttp(ReadOnlySpan<byte> bytes)
    {
        var start = "HTTP/1."u8;
        var length = Math.Min(start.Length, bytes.Length);
        return bytes[..length].SequenceEqual(start[..length]);
    }

    private bool TryParseStatusLine(ReadOnlySpan<byte> line)
    {
        // HTTP/1.x NNN[ reason]
        if (line.Length < 12 || !line.StartsWith("HTTP/1."u8) || line[8] != ' ' || line[7] is not ((byte)'0' or (byte)'1')
            || !Utf8Parser.TryParse(line.Slice(9, 3), out int status, out var digits) || digits != 3 || status < 100
            || (line.Length > 12 && line[12] != ' ') || !HeaderRules.IsValue(line))
        {
            return false;
        }

        StatusCode = status;
        KeepsAlive = line[7] == '1';
        Reason = line.Length > 13 ? ReasonNames.Get(status, line[13..]) : "";
        return true;
    }

    private bool TryInterpret(string name, string value)
    {
        switch (name.Length)
        {
            case 10 when name.Equals("Connection", StringComparison.OrdinalIgnoreCase):
                KeepsAlive = (KeepsAlive || value.Contains("keep-alive", StringComparison.OrdinalIgnoreCase))
                    && !value.Contains("close", StringComparison.OrdinalIgnoreCase);
                return true;
            case 14 when name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase):
                if (ContentLength is not null || value.Length is 0 or > 18 || value.AsSpan().ContainsAnyExceptInRange('0', '9'))
                {
                    Error = "its Content-Length is not one number";
                    return false;
                }

                ContentLength = long.Parse(value, System.Globalization.CultureInfo.InvariantCulture);
                return true;
            case 17 when name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase):
                if (IsChunked || !value.Equals("chunked", StringComparison.OrdinalIgnoreCase))
                {
                    Error = "its Transfer-Encoding is not chunked";
                    return false;
                }

                return IsChunked = true;
            default:
                return true;
        }
    }

    private ParseResult Invalid(string reason)
    {
        Error = reason;
        return ParseResult.Invalid;
    }
}
