using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace WasmLab.EmbeddedCluster.Ingresses.Forwarding;

/// <summary>What the head of a forwarded request is made of besides the client's own fields.</summary>
internal readonly record struct RequestHead
{
    /// <summary>Path and query, escaped.</summary>
    public required string Path { get; init; }

    public ReadOnlyMemory<char> Query { get; init; }

    /// <summary>The host as the client named it.</summary>
    public required string Host { get; init; }

    /// <summary>The host to name to the pod instead; null names the client's.</summary>
    public string? UpstreamHost { get; init; }

    public required string RequestId { get; init; }

    public string? ForwardedPrefix { get; init; }

    public BodyFraming Body { get; init; }

    /// <summary>The protocol that the client wants to change to; null for an ordinary request.</summary>
    public string? Upgrade { get; init; }

    /// <summary>Replaces the client's <c>traceparent</c>; null keeps it.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Goes with <see cref="TraceParent"/>.</summary>
    public string? TraceState { get; init; }
}

/// <summary>Writes the head of a request as ingress-nginx would have NGINX write it.</summary>
internal static class RequestHeadWriter
{
    private static ReadOnlySpan<byte> LineEnd => "\r\n"u8;

    /// <returns>False when a field of the client would break out of its line; nothing may be sent then.</returns>
    public static bool TryWrite(HeadBuffer buffer, HttpContext context, in RequestHead head)
    {
        var request = context.Request;
        buffer.Clear();
        buffer.Append(request.Method);
        buffer.Append(" "u8);
        buffer.Append(head.Path);
        buffer.Append(head.Query.Span);
        buffer.Append(" HTTP/1.1\r\nHost: "u8);
        buffer.Append(head.UpstreamHost ?? head.Host);
        Append(buffer, "\r\nX-Request-ID: "u8, head.RequestId);
        var remote = context.Connection.RemoteIpAddress?.ToString() ?? "";
        Append(buffer, "\r\nX-Real-IP: "u8, remote);
        Append(buffer, "\r\nX-Forwarded-For: "u8, remote);
        Append(buffer, "\r\nX-Forwarded-Host: "u8, head.Host);
        buffer.Append("\r\nX-Forwarded-Port: "u8);
        buffer.Append(context.Connection.LocalPort);
        buffer.Append("\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Scheme: http\r\nX-Scheme: http\r\n"u8);

        var headers = request.Headers;
        if (headers.TryGetValue("X-Forwarded-For", out var forwardedFor) && !TryAppendField(buffer, "X-Original-Forwarded-For", forwardedFor))
        {
            return false;
        }

        if (head.ForwardedPrefix is { } prefix && !TryAppendField(buffer, "X-Forwarded-Prefix", prefix))
        {
            return false;
        }

        if (head.Upgrade is { } upgrade)
        {
            buffer.Append("Connection: upgrade\r\n"u8);
            if (!TryAppendField(buffer, "Upgrade", upgrade))
            {
                return false;
            }
        }

        return TryAppendClientFields(buffer, headers, head) && Finish(buffer, head.Body);
    }

    private static bool TryAppendClientFields(HeadBuffer buffer, IHeaderDictionary headers, in RequestHead head)
    {
        var connection = headers.Connection;
        var named = connection.Count == 0 ? null : NamedByConnection(connection);
        foreach (var (name, values) in headers)
        {
            if (!HeaderRules.GoesToPod(name)
                || (named is not null && named.Contains(name))
                || (head.ForwardedPrefix is not null && name.Equals("X-Forwarded-Prefix", StringComparison.OrdinalIgnoreCase))
                || (head.TraceParent is not null && IsTraceField(name)))
            {
                continue;
            }

            // HTTP/2 clients may send a cookie in crumbs; HTTP/1.1 knows only one field.
            var joined = values.Count > 1 && name.Equals("Cookie", StringComparison.OrdinalIgnoreCase) ? new StringValues(string.Join("; ", values.ToArray())) : values;
            if (!TryAppendField(buffer, name, joined))
            {
                return false;
            }
        }

        return head.TraceParent is null
            || (TryAppendField(buffer, "traceparent", head.TraceParent)
                && (string.IsNullOrEmpty(head.TraceState) || TryAppendField(buffer, "tracestate", head.TraceState)));
    }

    private static bool Finish(HeadBuffer buffer, BodyFraming body)
    {
        if (body.IsChunked)
        {
            buffer.Append("Transfer-Encoding: chunked\r\n"u8);
        }
        else if (body.Length is { } length)
        {
            buffer.Append("Content-Length: "u8);
            buffer.Append(length);
            buffer.Append(LineEnd);
        }

        buffer.Append(LineEnd);
        return true;
    }

    public static bool TryAppendField(HeadBuffer buffer, string name, StringValues values)
    {
        foreach (var value in values)
        {
            if (value is null)
            {
                continue;
            }

            if (HeaderRules.BreaksLine(value))
            {
                return false;
            }

            buffer.Append(name);
            buffer.Append(": "u8);
            buffer.Append(value);
            buffer.Append(LineEnd);
        }

        return true;
    }

    private static void Append(HeadBuffer buffer, ReadOnlySpan<byte> name, string value)
    {
        buffer.Append(name);
        buffer.Append(value);
    }

    private static bool IsTraceField(string name) =>
        name.Equals("traceparent", StringComparison.OrdinalIgnoreCase) || name.Equals("tracestate", StringComparison.OrdinalIgnoreCase);

    /// <summary>The fields that <c>Connection</c> declares to end at this hop; null when it only says keep-alive, close or upgrade.</summary>
    private static HashSet<string>? NamedByConnection(StringValues connection)
    {
        HashSet<string>? named = null;
        foreach (var value in connection)
        {
            foreach (var range in value.AsSpan().Split(','))
            {
                var option = value.AsSpan(range).Trim();
                if (!option.IsEmpty
                    && !option.Equals("keep-alive", StringComparison.OrdinalIgnoreCase)
                    && !option.Equals("close", StringComparison.OrdinalIgnoreCase)
                    && !option.Equals("upgrade", StringComparison.OrdinalIgnoreCase))
                {
                    (named ??= new HashSet<string>(StringComparer.OrdinalIgnoreCase)).Add(option.ToString());
                }
            }
        }

        return named;
    }
}
