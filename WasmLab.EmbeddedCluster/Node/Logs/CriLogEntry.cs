using System.Globalization;
using System.Text;

namespace WasmLab.EmbeddedCluster.Nodes.Logs;

/// <summary>One line of a CRI log file, its fields still bytes: a container may write any bytes.</summary>
internal readonly ref struct CriLogEntry
{
    private CriLogEntry(ReadOnlySpan<byte> timestamp, ReadOnlySpan<byte> stream, bool isPartial, ReadOnlySpan<byte> content)
    {
        Timestamp = timestamp;
        Stream = stream;
        IsPartial = isPartial;
        Content = content;
    }

    public ReadOnlySpan<byte> Timestamp { get; }

    public ReadOnlySpan<byte> Stream { get; }

    public bool IsPartial { get; }

    public ReadOnlySpan<byte> Content { get; }

    public DateTimeOffset? Time => DateTimeOffset.TryParse(
        Encoding.ASCII.GetString(Timestamp), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
        ? time
        : null;

    /// <summary>Reads a line without its line feed; false when it is not an entry.</summary>
    public static bool TryParse(ReadOnlySpan<byte> line, out CriLogEntry entry)
    {
        var rest = line;
        var timestamp = TakeField(ref rest);
        var stream = TakeField(ref rest);
        var tag = TakeField(ref rest);
        entry = new CriLogEntry(timestamp, stream, tag.StartsWith("P"u8), rest);
        return tag.Length > 0;
    }

    private static ReadOnlySpan<byte> TakeField(scoped ref ReadOnlySpan<byte> rest)
    {
        var end = rest.IndexOf((byte)' ');
        var field = end < 0 ? default : rest[..end];
        rest = end < 0 ? default : rest[(end + 1)..];
        return field;
    }
}
