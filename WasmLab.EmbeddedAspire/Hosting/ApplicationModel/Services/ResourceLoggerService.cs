using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Holds the log of every resource: the last 10,000 lines of each.</summary>
public class ResourceLoggerService : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ResourceLog> _logs = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<Channel<LogSubscriber>> _subscriberWatchers = [];
    private bool _disposed;

    internal TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The log of a resource.</summary>
    public ILogger GetLogger(IResource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return GetLogger(resource.Name);
    }

    /// <summary>The log of a resource by its name.</summary>
    public ILogger GetLogger(string resourceName) => LogOf(resourceName).Logger;

    /// <summary>The lines of a resource's log, from the oldest that is kept, and each new one.</summary>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(IResource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return WatchAsync(resource.Name);
    }

    /// <summary>The lines of a resource's log, from the oldest that is kept, and each new one.</summary>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(string resourceName) => LogOf(resourceName).Watch();

    /// <summary>The lines of a resource's log that are kept.</summary>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> GetAllAsync(IResource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return GetAllAsync(resource.Name);
    }

    /// <summary>The lines of a resource's log that are kept.</summary>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> GetAllAsync(string resourceName)
    {
        var lines = LogOf(resourceName).Kept();
        return lines.Count == 0 ? AsyncEnumerable.Empty<IReadOnlyList<LogLine>>() : AsyncEnumerable.Repeat(lines, 1);
    }

    /// <summary>For each resource whether its log is watched, and each change of that.</summary>
    public async IAsyncEnumerable<LogSubscriber> WatchAnySubscribersAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var channel = Channel.CreateUnbounded<LogSubscriber>();
        lock (_lock)
        {
            foreach (var (name, log) in _logs)
            {
                if (log.AnyWatchers)
                {
                    channel.Writer.TryWrite(new LogSubscriber(name, AnySubscribers: true));
                }
            }

            if (_disposed)
            {
                channel.Writer.TryComplete();
            }

            _subscriberWatchers.Add(channel);
        }

        try
        {
            await foreach (var subscriber in channel.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return subscriber;
            }
        }
        finally
        {
            lock (_lock)
            {
                _subscriberWatchers.Remove(channel);
            }
        }
    }

    /// <summary>Ends the log of a resource: whoever watches it has read everything.</summary>
    public void Complete(IResource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        Complete(resource.Name);
    }

    /// <summary>Ends the log of a resource by its name.</summary>
    public void Complete(string name) => LogOf(name).Complete();

    /// <summary>Forgets the lines of a resource's log.</summary>
    public void ClearBacklog(string resourceName) => LogOf(resourceName).Clear();

    /// <summary>Ends every log.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Adds a line that a process wrote.</summary>
    internal void AddLine(string resourceName, string line, bool isError) => LogOf(resourceName).Add(line, isError);

    private void Dispose(bool disposing)
    {
        ResourceLog[] logs;
        lock (_lock)
        {
            if (!disposing || _disposed)
            {
                return;
            }

            _disposed = true;
            logs = [.. _logs.Values];
            foreach (var watcher in _subscriberWatchers)
            {
                watcher.Writer.TryComplete();
            }
        }

        foreach (var log in logs)
        {
            log.Complete();
        }
    }

    private ResourceLog LogOf(string resourceName)
    {
        ArgumentNullException.ThrowIfNull(resourceName);
        lock (_lock)
        {
            if (!_logs.TryGetValue(resourceName, out var log))
            {
                _logs[resourceName] = log = new ResourceLog(TimeProvider, any => OnWatchersChanged(resourceName, any));
                if (_disposed)
                {
                    log.Complete();
                }
            }

            return log;
        }
    }

    private void OnWatchersChanged(string resourceName, bool any)
    {
        lock (_lock)
        {
            foreach (var watcher in _subscriberWatchers)
            {
                watcher.Writer.TryWrite(new LogSubscriber(resourceName, any));
            }
        }
    }
}
