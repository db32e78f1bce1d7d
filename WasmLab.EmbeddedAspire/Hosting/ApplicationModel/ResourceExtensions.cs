using System.Diagnostics.CodeAnalysis;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Reads what is known about resources.</summary>
public static class ResourceExtensions
{
    /// <summary>The last annotation of a type.</summary>
    public static bool TryGetLastAnnotation<T>(this IResource resource, [NotNullWhen(true)] out T? annotation)
        where T : IResourceAnnotation
    {
        ArgumentNullException.ThrowIfNull(resource);
        annotation = resource.Annotations.Snapshot().OfType<T>().LastOrDefault();
        return annotation is not null;
    }

    /// <summary>The annotations of a type.</summary>
    public static bool TryGetAnnotationsOfType<T>(this IResource resource, [NotNullWhen(true)] out IEnumerable<T>? result)
        where T : IResourceAnnotation
    {
        ArgumentNullException.ThrowIfNull(resource);
        T[] found = [.. resource.Annotations.Snapshot().OfType<T>()];
        result = found.Length > 0 ? found : null;
        return result is not null;
    }

    /// <summary>The annotations of a type on the resource and on those it belongs to.</summary>
    public static bool TryGetAnnotationsIncludingAncestorsOfType<T>(this IResource resource, [NotNullWhen(true)] out IEnumerable<T>? result)
        where T : IResourceAnnotation
    {
        T[] found = [.. resource.WithAncestors().SelectMany(r => r.Annotations.Snapshot().OfType<T>())];
        result = found.Length > 0 ? found : null;
        return result is not null;
    }

    /// <summary>Whether the resource has an annotation of a type.</summary>
    public static bool HasAnnotationOfType<T>(this IResource resource)
        where T : IResourceAnnotation
    {
        ArgumentNullException.ThrowIfNull(resource);
        return resource.Annotations.Snapshot().OfType<T>().Any();
    }

    /// <summary>Whether the resource or one that it belongs to has an annotation of a type.</summary>
    public static bool HasAnnotationIncludingAncestorsOfType<T>(this IResource resource)
        where T : IResourceAnnotation
        => resource.WithAncestors().Any(r => r.HasAnnotationOfType<T>());

    /// <summary>The endpoints of the resource.</summary>
    public static bool TryGetEndpoints(this IResource resource, [NotNullWhen(true)] out IEnumerable<EndpointAnnotation>? endpoints)
        => resource.TryGetAnnotationsOfType(out endpoints);

    /// <summary>What sets the environment variables of the resource.</summary>
    public static bool TryGetEnvironmentVariables(this IResource resource, [NotNullWhen(true)] out IEnumerable<EnvironmentCallbackAnnotation>? environmentVariables)
        => resource.TryGetAnnotationsOfType(out environmentVariables);

    /// <summary>The addresses of the resource.</summary>
    public static bool TryGetUrls(this IResource resource, [NotNullWhen(true)] out IEnumerable<ResourceUrlAnnotation>? urls)
        => resource.TryGetAnnotationsOfType(out urls);

    /// <summary>The endpoints of the resource.</summary>
    public static IEnumerable<EndpointReference> GetEndpoints(this IResourceWithEndpoints resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return resource.Annotations.Snapshot().OfType<EndpointAnnotation>().Select(e => new EndpointReference(resource, e));
    }

    /// <summary>An endpoint of the resource.</summary>
    public static EndpointReference GetEndpoint(this IResourceWithEndpoints resource, string endpointName) => new(resource, endpointName);

    internal static IEnumerable<IResource> WithAncestors(this IResource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        var seen = new HashSet<IResource>();
        for (var current = resource; current is not null && seen.Add(current); current = (current as IResourceWithParent)?.Parent)
        {
            yield return current;
        }
    }

    /// <summary>The resource that this one is shown under, by type or by relationship.</summary>
    internal static IResource? FindParent(this IResource resource)
        => (resource as IResourceWithParent)?.Parent
            ?? resource.Annotations.Snapshot().OfType<ResourceRelationshipAnnotation>().LastOrDefault(r => r.Type == RelationshipTypes.Parent)?.Resource;
}
