using System.Diagnostics;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The base of resources: a name and annotations.</summary>
[DebuggerDisplay("{Name,nq} ({GetType().Name,nq})")]
public abstract class Resource : IResource
{
    /// <summary>Creates a resource.</summary>
    protected Resource(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        Name = name;
    }

    /// <inheritdoc/>
    public virtual string Name { get; }

    /// <inheritdoc/>
    public virtual ResourceAnnotationCollection Annotations { get; } = [];
}
