using System.Collections.Immutable;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Orchestration;

/// <summary>Publishes the addresses that the model gives a resource; they are inactive while it does not run.</summary>
internal sealed class ResourceUrls(
    ResourceNotificationService notifications,
    ResourceLoggerService resourceLoggers,
    DistributedApplicationExecutionContext executionContext,
    TimeProvider timeProvider)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<IResource, ImmutableArray<UrlSnapshot>> _published = [];

    public DateTime Now => timeProvider.GetUtcNow().UtcDateTime;

    public async Task PublishAsync(IResource resource, CancellationToken cancellationToken)
    {
        var urls = await EvaluateAsync(resource, cancellationToken).ConfigureAwait(false);
        if (urls.IsEmpty)
        {
            return;
        }

        ImmutableArray<UrlSnapshot> previous;
        lock (_lock)
        {
            previous = _published.GetValueOrDefault(resource, []);
            _published[resource] = urls;
        }

        await notifications.PublishUpdateAsync(resource, s => s with { Urls = Replace(s, previous, urls) }).ConfigureAwait(false);
    }

    /// <summary>Turns the addresses of a resource on and off with its state.</summary>
    public async Task FollowStatesAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var resourceEvent in notifications.WatchAsync(cancellationToken).ConfigureAwait(false))
            {
                ImmutableArray<UrlSnapshot> urls;
                lock (_lock)
                {
                    urls = _published.GetValueOrDefault(resourceEvent.Resource, []);
                }

                if (!urls.IsEmpty && resourceEvent.Snapshot.Urls.Any(u => u.IsInactive == IsUp(resourceEvent.Snapshot) && IsAmong(urls, u)))
                {
                    await notifications.PublishUpdateAsync(resourceEvent.Resource, s => s with { Urls = Replace(s, urls, urls) }).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private static bool IsUp(CustomResourceSnapshot snapshot) => snapshot.State?.Text == KnownResourceStates.Running;

    private static bool IsAmong(ImmutableArray<UrlSnapshot> urls, UrlSnapshot url) => urls.Any(u => u.Name == url.Name && u.Url == url.Url);

    /// <summary>Addresses that the resource published itself stay.</summary>
    private static ImmutableArray<UrlSnapshot> Replace(CustomResourceSnapshot snapshot, ImmutableArray<UrlSnapshot> previous, ImmutableArray<UrlSnapshot> urls)
    {
        var own = (snapshot.Urls.IsDefault ? [] : snapshot.Urls).Where(u => !IsAmong(previous, u) && !IsAmong(urls, u));
        return [.. urls.Select(u => u with { IsInactive = !IsUp(snapshot) }), .. own];
    }

    private async Task<ImmutableArray<UrlSnapshot>> EvaluateAsync(IResource resource, CancellationToken cancellationToken)
    {
        var annotations = resource.Annotations.Snapshot();
        var urls = annotations.OfType<ResourceUrlAnnotation>().ToList();
        if (resource is IResourceWithEndpoints withEndpoints)
        {
            urls.InsertRange(0, withEndpoints.GetEndpoints().Where(e => e.IsAllocated).Select(e => new ResourceUrlAnnotation { Url = e.Url, Endpoint = e }));
        }

        var context = new ResourceUrlsCallbackContext(executionContext, resource, urls, cancellationToken) { Logger = resourceLoggers.GetLogger(resource) };
        foreach (var callback in annotations.OfType<ResourceUrlsCallbackAnnotation>())
        {
            try
            {
                await callback.Callback(context).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                context.Logger.LogError(exception, "The addresses of resource '{ResourceName}' could not be worked out.", resource.Name);
            }
        }

        var order = context.Urls.Count;
        return [.. context.Urls.Select(u => new UrlSnapshot(u.Endpoint?.EndpointName, Absolute(u), IsInternal: u.DisplayLocation == UrlDisplayLocation.DetailsOnly)
        {
            DisplayProperties = new UrlDisplayPropertiesSnapshot(u.DisplayText ?? "", order--),
        })];
    }

    // A rooted path counts as an absolute file address on Unix, so it is asked for first.
    private static string Absolute(ResourceUrlAnnotation url)
        => url.Endpoint is { IsAllocated: true } endpoint && (url.Url.StartsWith('/') || !Uri.IsWellFormedUriString(url.Url, UriKind.Absolute))
            ? new Uri(new Uri(endpoint.Url), url.Url).ToString()
            : url.Url;
}
