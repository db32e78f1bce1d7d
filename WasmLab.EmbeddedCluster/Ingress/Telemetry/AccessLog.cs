using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using WasmLab.EmbeddedCluster.Ingresses.Forwarding;

namespace WasmLab.EmbeddedCluster.Ingresses.Telemetry;

/// <summary>
/// One line a request in ingress-nginx's <c>upstreaminfo</c> format. Lines are gathered and written by a timer, and beyond
/// <see cref="MaxLinesPerSecond"/> they are counted instead, so that a load test measures pods and not a log.
/// </summary>
internal sealed class AccessLog : IDisposable
{
    public const int MaxLinesPerSecond = 200;

    private static readonly TimeSpan FlushInterval = TimeSpan.FromMilliseconds(200);

    private readonly TextWriter _output;
    private readonly TimeProvider _timeProvider;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private readonly Lock _flushLock = new();
    private AccessLogLine _lines = new();
    private AccessLogLine _writing = new();
    private long _second;
    private int _inSecond;
    private int _left;

    public AccessLog(TextWriter output, TimeProvider timeProvider)
    {
        _output = output;
        _timeProvider = timeProvider;
        _timer = timeProvider.CreateTimer(static state => ((AccessLog)state!).Flush(), this, FlushInterval, FlushInterval);
    }

    public void Write(Exchange exchange)
    {
        var ended = _timeProvider.GetTimestamp();
        lock (_lock)
        {
            var second = ended / _timeProvider.TimestampFrequency;
            if (second != _second)
            {
                (_second, _inSecond) = (second, 0);
            }

            if (++_inSecond > MaxLinesPerSecond)
            {
                _left++;
                return;
            }

            Format(_lines, exchange, ended);
        }
    }

    public void Flush()
    {
        lock (_flushLock)
        {
            int left;
            lock (_lock)
            {
                (_lines, _writing) = (_writing, _lines);
                (left, _left) = (_left, 0);
            }

            if (_writing.Length > 0)
            {
                _output.Write(_writing.Written);
                _writing.Clear();
            }

            if (left > 0)
            {
                _output.Write(string.Create(CultureInfo.InvariantCulture, $"access log: {left} more requests, beyond {MaxLinesPerSecond} lines a second\n"));
            }

            _output.Flush();
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        Flush();
    }

    private void Format(AccessLogLine line, Exchange exchange, long ended)
    {
        var context = exchange.Context;
        var headers = context.Request.Headers;
        line.Text(context.Connection.RemoteIpAddress?.ToString() ?? "-").Text(" - - [").Time(_timeProvider.GetLocalNow()).Text("] \"")
            .Escaped(context.Request.Method).Text(" ").Escaped(TargetOf(context)).Text(" ").Text(ProtocolOf(context)).Text("\" ")
            .Number(exchange.StatusCode).Text(" ").Number(exchange.BodyBytesSent).Text(" \"").EscapedOrDash(headers[HeaderNames.Referer])
            .Text("\" \"").EscapedOrDash(headers[HeaderNames.UserAgent]).Text("\" ").Number(exchange.BodyBytesReceived).Text(" ")
            .Seconds(_timeProvider.GetElapsedTime(exchange.Started, ended)).Text(" [").Text(exchange.Location?.Backend?.Name ?? "upstream-default-backend").Text("] [] ");
        if (exchange.Attempts.Count == 0)
        {
            line.Text("- - - - ");
        }
        else
        {
            Each(line, exchange, static (line, _, attempt) => line.Text(attempt.Endpoint.Address));
            Each(line, exchange, static (line, _, attempt) => line.Number(attempt.BodyBytes));
            Each(line, exchange, static (line, log, attempt) => line.Seconds(log._timeProvider.GetElapsedTime(attempt.Started, attempt.Ended)));
            Each(line, exchange, static (line, _, attempt) => line.Number(attempt.StatusCode));
        }

        line.Escaped(exchange.RequestId).Text("\n");
    }

    private void Each(AccessLogLine line, Exchange exchange, Action<AccessLogLine, AccessLog, Attempt> write)
    {
        for (var i = 0; i < exchange.Attempts.Count; i++)
        {
            line.Text(i == 0 ? "" : ", ");
            write(line, this, exchange.Attempts[i]);
        }

        line.Text(" ");
    }

    private static string TargetOf(HttpContext context) =>
        context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()?.RawTarget ?? context.Request.Path;

    private static string ProtocolOf(HttpContext context) =>
        HttpProtocol.IsHttp2(context.Request.Protocol) ? "HTTP/2.0" : context.Request.Protocol;
}
