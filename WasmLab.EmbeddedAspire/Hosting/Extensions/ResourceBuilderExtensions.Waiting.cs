using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

public static partial class ResourceBuilderExtensions
{
    /// <summary>The resource starts when another runs, is healthy and ready.</summary>
    /// <exception cref="DistributedApplicationException">It would wait for itself or for its own parent.</exception>
    public static IResourceBuilder<T> WaitFor<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency)
        where T : IResourceWithWaitSupport
        => builder.Wait(dependency, WaitType.WaitUntilHealthy, null);

    /// <summary>The resource starts when another runs, is healthy and ready.</summary>
    /// <exception cref="DistributedApplicationException">It would wait for itself or for its own parent.</exception>
    public static IResourceBuilder<T> WaitFor<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency, WaitBehavior waitBehavior)
        where T : IResourceWithWaitSupport
        => builder.Wait(dependency, WaitType.WaitUntilHealthy, waitBehavior);

    /// <summary>The resource starts when another runs.</summary>
    /// <exception cref="DistributedApplicationException">It would wait for itself or for its own parent.</exception>
    public static IResourceBuilder<T> WaitForStart<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency)
        where T : IResourceWithWaitSupport
        => builder.Wait(dependency, WaitType.WaitUntilStarted, null);

    /// <summary>The resource starts when another runs.</summary>
    /// <exception cref="DistributedApplicationException">It would wait for itself or for its own parent.</exception>
    public static IResourceBuilder<T> WaitForStart<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency, WaitBehavior waitBehavior)
        where T : IResourceWithWaitSupport
        => builder.Wait(dependency, WaitType.WaitUntilStarted, waitBehavior);

    /// <summary>The resource starts when another has ended with an exit code.</summary>
    /// <exception cref="DistributedApplicationException">It would wait for itself or for its own parent.</exception>
    public static IResourceBuilder<T> WaitForCompletion<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency, int exitCode = 0)
        where T : IResourceWithWaitSupport
        => builder.Wait(dependency, WaitType.WaitForCompletion, null, exitCode);

    /// <summary>The resource starts only when asked.</summary>
    public static IResourceBuilder<T> WithExplicitStart<T>(this IResourceBuilder<T> builder)
        where T : IResource
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.WithAnnotation(new ExplicitStartupAnnotation(), ResourceAnnotationMutationBehavior.Replace);
    }

    private static IResourceBuilder<T> Wait<T>(
        this IResourceBuilder<T> builder,
        IResourceBuilder<IResource> dependency,
        WaitType waitType,
        WaitBehavior? behavior,
        int exitCode = 0,
        bool addRelationship = true)
        where T : IResourceWithWaitSupport
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(dependency);
        var resource = builder.Resource;
        if (ReferenceEquals(resource, dependency.Resource))
        {
            throw new DistributedApplicationException($"The '{resource.Name}' resource cannot wait for itself.");
        }

        if (resource is IResourceWithParent { Parent: var own } && ReferenceEquals(own, dependency.Resource))
        {
            throw new DistributedApplicationException($"The '{resource.Name}' resource cannot wait for its parent '{dependency.Resource.Name}'.");
        }

        // A child may have no checks of its own, so its parent is waited for too. That also means that children of one parent
        // cannot wait for each other but for completion, as in Aspire.
        if (dependency.Resource is IResourceWithParent { Parent: var parent } && waitType != WaitType.WaitForCompletion)
        {
            builder.Wait(dependency.ApplicationBuilder.CreateResourceBuilder(parent), waitType, behavior, addRelationship: false);
        }

        if (addRelationship)
        {
            builder.WithRelationship(dependency.Resource, RelationshipTypes.WaitFor);
        }

        return builder.WithAnnotation(new WaitAnnotation(dependency.Resource, waitType, exitCode) { WaitBehavior = behavior });
    }
}
