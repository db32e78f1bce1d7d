using System.Collections.ObjectModel;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The annotations of a resource.</summary>
/// <remarks>A model may still be annotated while the host reads it; <see cref="Snapshot"/> gives a stable copy.</remarks>
public sealed class ResourceAnnotationCollection : Collection<IResourceAnnotation>
{
    private readonly Lock _lock = new();

    internal IResourceAnnotation[] Snapshot()
    {
        lock (_lock)
        {
            return [.. Items];
        }
    }

    /// <inheritdoc/>
    protected override void ClearItems()
    {
        lock (_lock)
        {
            base.ClearItems();
        }
    }

    /// <inheritdoc/>
    protected override void InsertItem(int index, IResourceAnnotation item)
    {
        lock (_lock)
        {
            base.InsertItem(index, item);
        }
    }

    /// <inheritdoc/>
    protected override void RemoveItem(int index)
    {
        lock (_lock)
        {
            base.RemoveItem(index);
        }
    }

    /// <inheritdoc/>
    protected override void SetItem(int index, IResourceAnnotation item)
    {
        lock (_lock)
        {
            base.SetItem(index, item);
        }
    }
}
