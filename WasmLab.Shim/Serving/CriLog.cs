using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace WasmLab.Shim.Serving;

/// <summary>A container's log file in the format of the CRI: <c>TIME STREAM F text</c>, both streams in one file or each in its own.</summary>
internal sealed class CriLog : IDisposable
{
    // As container runtimes have it: a longer line is told in parts, each but the last tagged P.
    private const int LongestPart = 16 * 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, FileStream> _files = [];
    private readonly List<LineStream> _streams = [];
    private readonly TimeProvider _time;

    public CriLog(TimeProvider time) => _time = time;

    /// <summary>A stream whose lines go to the file; <see cref="Stream.Null"/> for no file.</summary>
    public Stream Open(string? path, string name)
    {
        if (path is null)
        {
            return Stream.Null;
        }

        if (!_files.TryGetValue(path, out var file))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            _files.Add(path, file);
        }

        var stream = new LineStream(this, file, name);
        _streams.Add(stream);
        return stream;
    }

    /// <summary>Writes what has no line end yet, and closes the files.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var stream in _streams)
            {
                stream.Finish();
            }

            foreach (var file in _files.Values)
            {
                file.Dispose();
            }
        }
    }

    private byte[] Header(string name, char tag)
    {
        var now = _time.GetUtcNow();
        return Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{now:yyyy-MM-dd'T'HH:mm:ss.fffffff}00Z {name} {tag} "));
    }

    private sealed class LineStream(CriLog log, FileStream file, string name) : Stream
    {
        private readonly List<byte> _line = [];

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            lock (log._gate)
            {
                using var text = new MemoryStream();
                while (!buffer.IsEmpty)
                {
                    var room = LongestPart - _line.Count;
                    var end = buffer[..Math.Min(room, buffer.Length)].IndexOf((byte)'\n');
                    var taken = end >= 0 ? end : Math.Min(room, buffer.Length);
                    _line.AddRange(buffer[..taken]);
                    buffer = buffer[(end >= 0 ? taken + 1 : taken)..];
                    if (end >= 0)
                    {
                        Append(text, 'F');
                    }
                    else if (_line.Count == LongestPart)
                    {
                        Append(text, 'P');
                    }
                }

                if (text.Length > 0)
                {
                    file.Write(text.GetBuffer(), 0, (int)text.Length);
                }
            }
        }

        public void Finish()
        {
            if (_line.Count > 0)
            {
                using var text = new MemoryStream();
                Append(text, 'F');
                file.Write(text.GetBuffer(), 0, (int)text.Length);
            }
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        private void Append(MemoryStream text, char tag)
        {
            text.Write(log.Header(name, tag));
            text.Write(CollectionsMarshal.AsSpan(_line));
            text.WriteByte((byte)'\n');
            _line.Clear();
        }
    }
}
