using System.Buffers;
using System.Runtime.CompilerServices;

namespace WasmLab.EmbeddedCluster.Nodes.Logs;

/// <summary>What of a log is read, and how.</summary>
internal sealed record CriLogQuery
{
    /// <summary>Only the last lines; null for all.</summary>
    public int? TailLines { get; init; }

    /// <summary>Puts each line's time in front of it.</summary>
    public bool Timestamps { get; init; }

    /// <summary>Only lines written at this time or later; null for all.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Ends after this many bytes; null for all.</summary>
    public long? LimitBytes { get; init; }

    /// <summary>Goes on with lines as they are written for as long as this says that more may come; null to end at the end of the file.</summary>
    public Func<bool>? MayGrow { get; init; }
}

/// <summary>Reads what containers wrote from a CRI log file.</summary>
internal static class CriLogReader
{
    private static readonly TimeSpan FollowInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>Gives the log in pieces; a file that is not there yet is an empty log.</summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        string path, CriLogQuery query, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var output = new LogOutput(query);
        var offset = 0L;
        var isFirstPass = true;
        while (!output.IsComplete)
        {
            // Asked before reading: what was written before the container ended is then read by this pass.
            var mayGrow = query.MayGrow?.Invoke() ?? false;

            // The tail is held back until the end of what is there now is known.
            await foreach (var lines in ReadLinesAsync(path, offset, cancellationToken).ConfigureAwait(false))
            {
                offset += lines.Length;
                output.Add(lines.Span);
                if (!(isFirstPass && query.TailLines is not null) && output.Take() is { Length: > 0 } ready)
                {
                    yield return ready;
                }
            }

            isFirstPass = false;
            if (output.TakeTail() is { Length: > 0 } tail)
            {
                yield return tail;
            }

            if (!mayGrow)
            {
                yield break;
            }

            await Task.Delay(FollowInterval, time, cancellationToken).ConfigureAwait(false);
        }
    }

    // Pieces that end with a line feed, from the offset to the last line feed in the file.
    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadLinesAsync(
        string path, long offset, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            yield break;
        }

        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, useAsync: true);
        file.Position = offset;
        var buffer = new byte[64 * 1024];
        var used = 0;
        while (await file.ReadAsync(buffer.AsMemory(used), cancellationToken).ConfigureAwait(false) is var read and > 0)
        {
            used += read;
            var end = buffer.AsSpan(0, used).LastIndexOf((byte)'\n') + 1;
            if (end > 0)
            {
                yield return buffer.AsMemory(0, end);
                buffer.AsSpan(end, used - end).CopyTo(buffer);
                used -= end;
            }
            else if (used == buffer.Length)
            {
                Array.Resize(ref buffer, buffer.Length * 2);
            }
        }
    }

    /// <summary>Selects entries and puts them together again.</summary>
    private sealed class LogOutput(CriLogQuery query)
    {
        private readonly ArrayBufferWriter<byte> _ready = new();
        private readonly Queue<byte[]> _tail = new();
        private long _remaining = query.LimitBytes ?? long.MaxValue;
        private bool _tailDone = query.TailLines is null;
        private ArrayBufferWriter<byte>? _line;

        public bool IsComplete => _remaining <= 0;

        public void Add(ReadOnlySpan<byte> lines)
        {
            while (lines.IndexOf((byte)'\n') is var end and >= 0)
            {
                if (CriLogEntry.TryParse(lines[..end], out var entry) && !(entry.Time < query.Since))
                {
                    AddEntry(entry);
                }

                lines = lines[(end + 1)..];
            }
        }

        public byte[] Take()
        {
            var length = (int)Math.Min(_ready.WrittenCount, _remaining);
            var taken = _ready.WrittenSpan[..length].ToArray();
            _remaining -= length;
            _ready.ResetWrittenCount();
            return taken;
        }

        public byte[] TakeTail()
        {
            if (_tailDone)
            {
                return [];
            }

            _tailDone = true;
            foreach (var line in _tail)
            {
                _ready.Write(line);
            }

            _tail.Clear();
            return Take();
        }

        private void AddEntry(CriLogEntry entry)
        {
            var isStart = _line is null;
            _line ??= new ArrayBufferWriter<byte>();
            if (isStart && query.Timestamps)
            {
                _line.Write(entry.Timestamp);
                _line.Write(" "u8);
            }

            _line.Write(entry.Content);
            if (entry.IsPartial)
            {
                return;
            }

            _line.Write("\n"u8);
            if (_tailDone)
            {
                _ready.Write(_line.WrittenSpan);
            }
            else
            {
                _tail.Enqueue(_line.WrittenSpan.ToArray());
                if (_tail.Count > query.TailLines)
                {
                    _tail.Dequeue();
                }
            }

            _line = null;
        }
    }
}
