using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting;

public static partial class ResourceBuilderExtensions
{
    /// <summary>A health check that is registered in the builder's services tells the health of the resource.</summary>
    /// <exception cref="DistributedApplicationException">The resource has this check already.</exception>
    public static IResourceBuilder<T> WithHealthCheck<T>(this IResourceBuilder<T> builder, string key)
        where T : IResource
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(key);
        if (builder.Resource.Annotations.OfType<HealthCheckAnnotation>().Any(c => c.Key == key))
        {
            throw new DistributedApplicationException($"Resource '{builder.Resource.Name}' already has a health check with key '{key}'.");
        }

        return builder.WithAnnotation(new HealthCheckAnnotation(key));
    }

    /// <summary>The resource is healthy when an endpoint answers a GET with a status.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="path">The path; null is <c>/</c>.</param>
    /// <param name="statusCode">The status; null is 200.</param>
    /// <param name="endpointName">The endpoint; null is the first one that speaks http or https.</param>
    public static IResourceBuilder<T> WithHttpHealthCheck<T>(this IResourceBuilder<T> builder, string? path = null, int? statusCode = null, string? endpointName = null)
        where T : IResourceWithEndpoints
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.WithHttpHealthCheck(() => endpointName is null ? HttpEndpointOf(builder.Resource) : builder.Resource.GetEndpoint(endpointName), path, statusCode);
    }

    /// <summary>The resource is healthy when an endpoint answers a GET with a status.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="endpointSelector">Gives the endpoint; null is the first one that speaks http or https.</param>
    /// <param name="path">The path; null is <c>/</c>.</param>
    /// <param name="statusCode">The status; null is 200.</param>
    public static IResourceBuilder<T> WithHttpHealthCheck<T>(this IResourceBuilder<T> builder, Func<EndpointReference>? endpointSelector, string? path = null, int? statusCode = null)
        where T : IResourceWithEndpoints
    {
        ArgumentNullException.ThrowIfNull(builder);
        var expectedStatus = statusCode ?? 200;
        var select = endpointSelector ?? (() => HttpEndpointOf(builder.Resource));
        var key = $"{builder.Resource.Name}_http_{path ?? "/"}_{expectedStatus}_check";
        builder.ApplicationBuilder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            key,
            _ => new HttpEndpointHealthCheck(select, path ?? "/", expectedStatus),
            failureStatus: null,
            tags: null));
        return builder.WithHealthCheck(key);
    }

    private static EndpointReference HttpEndpointOf(IResourceWithEndpoints resource)
        => resource.GetEndpoints().FirstOrDefault(e => e.IsHttp || e.IsHttps)
            ?? throw new DistributedApplicationException($"Could not create the HTTP health check of resource '{resource.Name}': it has no endpoint whose scheme is http or https. Add one with WithHttpEndpoint.");
}
