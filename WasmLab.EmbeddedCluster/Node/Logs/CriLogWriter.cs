using System.Globalization;
using System.Text;

namespace WasmLab.EmbeddedCluster.Nodes.Logs;

/// <summary>Names of the streams in a CRI log.</summary>
internal static class CriLogStream
{
    public const string Stdout = "stdout";
    public const string Stderr = "stderr";
}

/// <summary>
/// Appends lines to a log file in the format of the container runtime interface:
/// <c>2026-11-22T09:00:00.000000000Z stdout F text</c>, where tag <c>P</c> marks a part of a line that goes on.
/// </summary>
internal sealed class CriLogWriter : IAsyncDisposable
{
    /// <summary>A longer line is written in parts of this size, as containerd does.</summary>
    public const int MaxLineLength = 16 * 1024;

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly FileStream _file;

    public CriLogWriter(string path, TimeProvider time)
    {
        _time = time;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        _file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
    }

    /// <summary>Writes everything that the stream gives, line by line, until it ends.</summary>
    public async Task CopyAsync(Stream source, string stream, CancellationToken cancellationToken = default)
    {
        var buffer = new byte[MaxLineLength];
        var used = 0;
        while (true)
        {
            var read = await source.ReadAsync(buffer.AsMemory(used), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }

            used += read;
            var consumed = WriteLines(stream, buffer.AsSpan(0, used));
            buffer.AsSpan(consumed, used - consumed).CopyTo(buffer);
            used -= consumed;
            if (used == buffer.Length)
            {
                Write(stream, buffer, isPartial: true);
                used = 0;
            }
        }

        if (used > 0)
        {
            Write(stream, buffer.AsSpan(0, used), isPartial: false);
        }
    }

    public ValueTask DisposeAsync() => _file.DisposeAsync();

    private int WriteLines(string stream, ReadOnlySpan<byte> data)
    {
        var consumed = 0;
        while (data[consumed..].IndexOf((byte)'\n') is var end and >= 0)
        {
            Write(stream, data.Slice(consumed, end), isPartial: false);
            consumed += end + 1;
        }

        return consumed;
    }

    private void Write(string stream, ReadOnlySpan<byte> line, bool isPartial)
    {
        var head = Encoding.ASCII.GetBytes($"{Timestamp(_time.GetUtcNow())} {stream} {(isPartial ? 'P' : 'F')} ");
        var entry = new byte[head.Length + line.Length + 1];
        head.CopyTo(entry, 0);
        line.CopyTo(entry.AsSpan(head.Length));
        entry[^1] = (byte)'\n';
        lock (_gate)
        {
            _file.Write(entry);
        }
    }

    private static string Timestamp(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'00Z'", CultureInfo.InvariantCulture);
}
