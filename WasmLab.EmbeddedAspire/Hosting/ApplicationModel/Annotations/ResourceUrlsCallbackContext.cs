using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>What a callback that changes addresses is given.</summary>
public class ResourceUrlsCallbackContext
{
    /// <summary>Creates the context.</summary>
    public ResourceUrlsCallbackContext(DistributedApplicationExecutionContext executionContext, IResource resource, List<ResourceUrlAnnotation>? urls = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(executionContext);
        ArgumentNullException.ThrowIfNull(resource);
        ExecutionContext = executionContext;
        Resource = resource;
        Urls = urls ?? [];
        CancellationToken = cancellationToken;
    }

    /// <summary>The resource.</summary>
    public IResource Resource { get; }

    /// <summary>The addresses: add, change and remove them.</summary>
    public List<ResourceUrlAnnotation> Urls { get; }

    /// <summary>Whether the application is run or published.</summary>
    public DistributedApplicationExecutionContext ExecutionContext { get; }

    /// <summary>Cancelled when the answer is no longer wanted.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>The log of the resource.</summary>
    public ILogger Logger { get; set; } = NullLogger.Instance;

    /// <summary>An endpoint of the resource; null when it has none of this name.</summary>
    public EndpointReference? GetEndpoint(string name)
        => Resource is IResourceWithEndpoints resource && resource.GetEndpoint(name) is { Exists: true } endpoint ? endpoint : null;
}
