namespace Aspire.Hosting.ApplicationModel;

/// <summary>Stands for the connection string of a resource.</summary>
public class ConnectionStringReference : IExpressionValue, IValueWithReferences
{
    /// <summary>Creates the reference.</summary>
    public ConnectionStringReference(IResourceWithConnectionString resource, bool optional)
    {
        ArgumentNullException.ThrowIfNull(resource);
        Resource = resource;
        Optional = optional;
    }

    /// <summary>The resource.</summary>
    public IResourceWithConnectionString Resource { get; }

    /// <summary>Whether there may be none.</summary>
    public bool Optional { get; }

    string IManifestExpressionProvider.ValueExpression => Resource.ValueExpression;

    IEnumerable<object> IValueWithReferences.References => [Resource];

    async ValueTask<string?> IValueProvider.GetValueAsync(CancellationToken cancellationToken)
    {
        var value = await Resource.GetConnectionStringAsync(cancellationToken).ConfigureAwait(false);
        return string.IsNullOrEmpty(value) && !Optional
            ? throw new DistributedApplicationException($"The connection string of the resource '{Resource.Name}' is not available. Set it in the configuration as ConnectionStrings:{Resource.Name}.")
            : value;
    }
}
