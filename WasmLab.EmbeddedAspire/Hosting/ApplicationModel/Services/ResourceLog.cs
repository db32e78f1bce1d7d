using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The log of one resource: a ring of lines, and those who watch it.</summary>
internal sealed class ResourceLog
{
    public const int MaxLines = 10_000;
    private const string TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'";

    private readonly Lock _lock = new();
    private readonly Queue<LogLine> _lines = [];
    private readonly HashSet<Channel<LogLine>> _watchers = [];
    private readonly TimeProvider _timeProvider;
    private readonly Action<bool> _watchersChanged;
    private int _lastNumber;
    private bool _completed;

    public ResourceLog(TimeProvider timeProvider, Action<bool> watchersChanged)
    {
        _timeProvider = timeProvider;
        _watchersChanged = watchersChanged;
        Logger = new LineLogger(this);
    }

    public ILogger Logger { get; }

    public bool AnyWatchers
    {
        get
        {
            lock (_lock)
            {
                return _watchers.Count > 0;
            }
        }
    }

    public void Add(string text, bool isError)
    {
        var content = string.Create(CultureInfo.InvariantCulture, $"{_timeProvider.GetUtcNow().UtcDateTime.ToString(TimestampFormat, CultureInfo.InvariantCulture)} {text}");
        lock (_lock)
        {
            if (_completed)
            {
                return;
            }

            var line = new LogLine(++_lastNumber, content, isError);
            if (_lines.Count == MaxLines)
            {
                _lines.Dequeue();
            }

            _lines.Enqueue(line);
            foreach (var watcher in _watchers)
            {
                watcher.Writer.TryWrite(line);
            }
        }
    }

    public IReadOnlyList<LogLine> Kept()
    {
        lock (_lock)
        {
            return [.. _lines];
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _lines.Clear();
            _lastNumber = 0;
        }
    }

    public void Complete()
    {
        lock (_lock)
        {
            _completed = true;
            foreach (var watcher in _watchers)
            {
                watcher.Writer.TryComplete();
            }
        }
    }

    public async IAsyncEnumerable<IReadOnlyList<LogLine>> Watch([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var channel = Channel.CreateUnbounded<LogLine>(new UnboundedChannelOptions { SingleReader = true });
        LogLine[] kept;
        bool first;
        lock (_lock)
        {
            kept = [.. _lines];
            if (_completed)
            {
                channel.Writer.TryComplete();
            }

            _watchers.Add(channel);
            first = _watchers.Count == 1;
        }

        if (first)
        {
            _watchersChanged(true);
        }

        try
        {
            if (kept.Length > 0)
            {
                yield return kept;
            }

            while (await channel.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                var batch = new List<LogLine>();
                while (channel.Reader.TryRead(out var line))
                {
                    batch.Add(line);
                }

                yield return batch;
            }
        }
        finally
        {
            bool last;
            lock (_lock)
            {
                _watchers.Remove(channel);
                last = _watchers.Count == 0;
            }

            if (last)
            {
                _watchersChanged(false);
            }
        }
    }

    private sealed class LineLogger(ResourceLog log) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
            => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var text = formatter(state, exception);
            if (exception is not null)
            {
                text = text.Length == 0 ? exception.ToString() : text + Environment.NewLine + exception;
            }

            log.Add(text, logLevel >= LogLevel.Error);
        }
    }
}
