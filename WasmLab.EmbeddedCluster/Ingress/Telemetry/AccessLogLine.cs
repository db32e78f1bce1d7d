using System.Globalization;

namespace WasmLab.EmbeddedCluster.Ingresses.Telemetry;

/// <summary>Characters of log lines in a buffer that is used again.</summary>
internal sealed class AccessLogLine
{
    private char[] _buffer = new char[4096];

    public int Length { get; private set; }

    public ReadOnlySpan<char> Written => _buffer.AsSpan(0, Length);

    public void Clear() => Length = 0;

    public AccessLogLine Text(ReadOnlySpan<char> text)
    {
        text.CopyTo(Reserve(text.Length));
        Length += text.Length;
        return this;
    }

    public AccessLogLine Number(long number)
    {
        number.TryFormat(Reserve(20), out var written, provider: CultureInfo.InvariantCulture);
        Length += written;
        return this;
    }

    /// <summary>Seconds with milliseconds, as NGINX writes durations.</summary>
    public AccessLogLine Seconds(TimeSpan time)
    {
        Math.Max(0, time.TotalSeconds).TryFormat(Reserve(24), out var written, "0.000", CultureInfo.InvariantCulture);
        Length += written;
        return this;
    }

    public AccessLogLine Time(DateTimeOffset time)
    {
        time.TryFormat(Reserve(32), out var written, "dd/MMM/yyyy:HH:mm:ss zzz", CultureInfo.InvariantCulture);
        // NGINX's zone has no colon.
        var zone = _buffer.AsSpan(Length + written - 3, 3);
        (zone[0], zone[1]) = (zone[1], zone[2]);
        Length += written - 1;
        return this;
    }

    public AccessLogLine EscapedOrDash(string? text) => string.IsNullOrEmpty(text) ? Text("-") : Escaped(text);

    /// <summary>Quotes, backslashes and all that is not printable ASCII as <c>\xHH</c>: a request cannot forge a line.</summary>
    public AccessLogLine Escaped(ReadOnlySpan<char> text)
    {
        foreach (var character in text)
        {
            if (character is < ' ' or > '~' or '"' or '\\')
            {
                Text("\\x");
                ((int)character & 0xff).TryFormat(Reserve(2), out var written, "X2", CultureInfo.InvariantCulture);
                Length += written;
            }
            else
            {
                Reserve(1)[0] = character;
                Length++;
            }
        }

        return this;
    }

    private Span<char> Reserve(int count)
    {
        if (_buffer.Length - Length < count)
        {
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, Length + count));
        }

        return _buffer.AsSpan(Length);
    }
}
