using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Holds the snapshot of every resource and tells its changes.</summary>
/// <remarks>A watcher first gets the snapshot of every resource and then each change, in the order of the changes.</remarks>
public partial class ResourceNotificationService : IDisposable
{
    private readonly ILogger<ResourceNotificationService> _logger;
    private readonly IServiceProvider _services;
    private readonly ResourceLoggerService _loggers;
    private readonly WaitBehavior _defaultWaitBehavior;
    private readonly CancellationTokenSource _stopping;

    private readonly Lock _lock = new();
    private readonly Dictionary<(IResource Resource, string Id), Instance> _instances = [];
    private readonly HashSet<Channel<ResourceEvent>> _watchers = [];
    private bool _disposed;

    /// <summary>Creates the service.</summary>
    public ResourceNotificationService(ILogger<ResourceNotificationService> logger, IHostApplicationLifetime hostApplicationLifetime, IServiceProvider serviceProvider, ResourceLoggerService resourceLoggerService)
    {
        ArgumentNullException.ThrowIfNull(logger);
        ArgumentNullException.ThrowIfNull(hostApplicationLifetime);
        ArgumentNullException.ThrowIfNull(serviceProvider);
        ArgumentNullException.ThrowIfNull(resourceLoggerService);
        _logger = logger;
        _services = serviceProvider;
        _loggers = resourceLoggerService;
        _defaultWaitBehavior = (serviceProvider.GetService<IOptions<ResourceNotificationServiceOptions>>()?.Value ?? new()).DefaultWaitBehavior;
        _stopping = CancellationTokenSource.CreateLinkedTokenSource(hostApplicationLifetime.ApplicationStopping);
    }

    /// <summary>Changes the snapshot of a resource; a change that changes nothing is not told.</summary>
    public Task PublishUpdateAsync(IResource resource, Func<CustomResourceSnapshot, CustomResourceSnapshot> stateFactory)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return PublishUpdateAsync(resource, resource.Name, stateFactory);
    }

    /// <summary>Changes the snapshot of an instance of a resource; a change that changes nothing is not told.</summary>
    public Task PublishUpdateAsync(IResource resource, string resourceId, Func<CustomResourceSnapshot, CustomResourceSnapshot> stateFactory)
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentException.ThrowIfNullOrEmpty(resourceId);
        ArgumentNullException.ThrowIfNull(stateFactory);
        var instance = InstanceOf(resource, resourceId);
        lock (instance.UpdateLock)
        {
            var previous = instance.Current?.Snapshot;
            var next = ResourceSnapshots.Complete(resource, previous, stateFactory(previous ?? ResourceSnapshots.Initial(resource)), _services);
            if (previous is not null && ResourceSnapshots.AreSame(previous, next))
            {
                return Task.CompletedTask;
            }

            var resourceEvent = new ResourceEvent(resource, resourceId, next);
            lock (_lock)
            {
                instance.Current = resourceEvent;
                foreach (var watcher in _watchers)
                {
                    watcher.Writer.TryWrite(resourceEvent);
                }
            }

            LogChange(resource, resourceId, previous, next);
        }

        return Task.CompletedTask;
    }

    /// <summary>The snapshot of every resource, and then each change.</summary>
    public async IAsyncEnumerable<ResourceEvent> WatchAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var channel = Channel.CreateUnbounded<ResourceEvent>(new UnboundedChannelOptions { SingleReader = true });
        ResourceEvent[] current;
        lock (_lock)
        {
            current = [.. _instances.Values.Select(i => i.Current).OfType<ResourceEvent>()];
            if (_disposed)
            {
                channel.Writer.TryComplete();
            }
            else
            {
                _watchers.Add(channel);
            }
        }

        try
        {
            foreach (var resourceEvent in current)
            {
                yield return resourceEvent;
            }

            await foreach (var resourceEvent in channel.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return resourceEvent;
            }
        }
        finally
        {
            lock (_lock)
            {
                _watchers.Remove(channel);
            }
        }
    }

    /// <summary>The last snapshot of a resource, by its identity.</summary>
    public bool TryGetCurrentState(string resourceId, [NotNullWhen(true)] out ResourceEvent? resourceEvent)
    {
        ArgumentNullException.ThrowIfNull(resourceId);
        lock (_lock)
        {
            resourceEvent = _instances.Values.Select(i => i.Current)
                .FirstOrDefault(e => e is not null && string.Equals(e.ResourceId, resourceId, StringComparison.OrdinalIgnoreCase));
        }

        return resourceEvent is not null;
    }

    /// <summary>Ends every watch.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    private void Dispose(bool disposing)
    {
        lock (_lock)
        {
            if (!disposing || _disposed)
            {
                return;
            }

            _disposed = true;
            foreach (var watcher in _watchers)
            {
                watcher.Writer.TryComplete();
            }
        }

        _stopping.Cancel();
        _stopping.Dispose();
    }

    private Instance InstanceOf(IResource resource, string resourceId)
    {
        lock (_lock)
        {
            if (!_instances.TryGetValue((resource, resourceId), out var instance))
            {
                _instances[(resource, resourceId)] = instance = new Instance();
            }

            return instance;
        }
    }

    private void LogChange(IResource resource, string resourceId, CustomResourceSnapshot? previous, CustomResourceSnapshot next)
    {
        if (_logger.IsEnabled(LogLevel.Debug) && next.State?.Text is { Length: > 0 } state && previous?.State?.Text != state)
        {
            _logger.LogDebug("Resource {ResourceName}/{ResourceId} changed state: {PreviousState} -> {NewState}", resource.Name, resourceId, previous?.State?.Text, state);
        }
    }

    private sealed class Instance
    {
        public Lock UpdateLock { get; } = new();

        public ResourceEvent? Current { get; set; }
    }
}
