namespace Aspire.Hosting.ApplicationModel;

/// <summary>A part of a distributed application.</summary>
public interface IResource
{
    /// <summary>The name: 1 to 64 ASCII letters, digits and hyphens, starting with a letter, unique ignoring case.</summary>
    string Name { get; }

    /// <summary>What is known about the resource.</summary>
    ResourceAnnotationCollection Annotations { get; }
}

/// <summary>Something known about a resource.</summary>
public interface IResourceAnnotation
{
}

/// <summary>A resource that takes command-line arguments.</summary>
public interface IResourceWithArgs : IResource
{
}

/// <summary>A resource that has endpoints.</summary>
public interface IResourceWithEndpoints : IResource
{
}

/// <summary>A resource that takes environment variables.</summary>
public interface IResourceWithEnvironment : IResource
{
}

/// <summary>A resource that can wait for others before it starts.</summary>
public interface IResourceWithWaitSupport : IResource
{
}

/// <summary>A resource that is only a value: nothing waits for it.</summary>
public interface IResourceWithoutLifetime : IResource
{
}

/// <summary>A resource that is computed by something that runs.</summary>
public interface IComputeResource : IResource
{
}

/// <summary>A resource that belongs to another.</summary>
public interface IResourceWithParent : IResource
{
    /// <summary>The resource that it belongs to.</summary>
    IResource Parent { get; }
}

/// <summary>A resource that belongs to another of a known type.</summary>
/// <typeparam name="T">The type of the parent.</typeparam>
public interface IResourceWithParent<out T> : IResourceWithParent
    where T : IResource
{
    /// <summary>The resource that it belongs to.</summary>
    new T Parent { get; }

    IResource IResourceWithParent.Parent => Parent;
}
