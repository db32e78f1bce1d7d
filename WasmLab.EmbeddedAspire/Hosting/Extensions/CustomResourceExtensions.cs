using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Describes custom resources.</summary>
public static class CustomResourceExtensions
{
    /// <summary>Gives the first snapshot of a resource.</summary>
    public static IResourceBuilder<TResource> WithInitialState<TResource>(this IResourceBuilder<TResource> builder, CustomResourceSnapshot initialSnapshot)
        where TResource : IResource
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(initialSnapshot);
        return builder.WithAnnotation(new ResourceSnapshotAnnotation(initialSnapshot), ResourceAnnotationMutationBehavior.Replace);
    }
}
