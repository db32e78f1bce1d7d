using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Orchestration;

/// <summary>The rules that a model keeps.</summary>
internal static class ModelValidation
{
    public static void ThrowIfCannotBeAdded(IResource resource, ResourceCollection resources)
    {
        if (ModelName.Validate("Resource", resource.Name) is { } problem)
        {
            throw new DistributedApplicationException(problem);
        }

        ThrowIfTaken(resource, resources);
    }

    public static void ThrowIfBroken(ResourceCollection resources)
    {
        for (var i = 0; i < resources.Count; i++)
        {
            ThrowIfTaken(resources[i], resources.Take(i));
        }

        foreach (var resource in resources)
        {
            ThrowIfParentsAreCircular(resource);
            ThrowIfWaitsAreCircular(resource);
        }
    }

    public static void ThrowIfHealthChecksAreMissing(DistributedApplicationModel model, HealthCheckServiceOptions options)
    {
        var registered = options.Registrations.Select(r => r.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var resource in model.Resources)
        {
            foreach (var check in resource.Annotations.Snapshot().OfType<HealthCheckAnnotation>().Where(c => !registered.Contains(c.Key)))
            {
                throw new DistributedApplicationException($"The health check '{check.Key}' of resource '{resource.Name}' is not registered. Register it with builder.Services.AddHealthChecks().");
            }
        }
    }

    private static void ThrowIfTaken(IResource resource, IEnumerable<IResource> others)
    {
        if (others.FirstOrDefault(r => string.Equals(r.Name, resource.Name, StringComparison.OrdinalIgnoreCase)) is { } existing)
        {
            throw new DistributedApplicationException($"Cannot add resource of type '{resource.GetType()}' with name '{resource.Name}' because resource of type '{existing.GetType()}' with that name already exists. Resource names are case-insensitive.");
        }
    }

    private static void ThrowIfParentsAreCircular(IResource resource)
    {
        var seen = new HashSet<IResource>();
        for (var current = resource; current is not null; current = current.FindParent())
        {
            if (!seen.Add(current))
            {
                throw new DistributedApplicationException($"The resource '{resource.Name}' is its own ancestor: {string.Join(" -> ", seen.Select(r => r.Name))} -> {current.Name}.");
            }
        }
    }

    private static void ThrowIfWaitsAreCircular(IResource resource)
    {
        var path = new List<IResource>();
        Visit(resource);

        void Visit(IResource current)
        {
            if (path.Count > 0 && ReferenceEquals(current, resource))
            {
                throw new DistributedApplicationException($"The resource '{resource.Name}' waits for itself: {string.Join(" -> ", path.Select(r => r.Name))} -> {resource.Name}. None of them could start.");
            }

            if (path.Contains(current))
            {
                return;
            }

            path.Add(current);
            foreach (var wait in current.Annotations.Snapshot().OfType<WaitAnnotation>())
            {
                Visit(wait.Resource);
            }

            path.RemoveAt(path.Count - 1);
        }
    }
}
