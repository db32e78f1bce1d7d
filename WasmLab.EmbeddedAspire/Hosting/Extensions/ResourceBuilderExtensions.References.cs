using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

public static partial class ResourceBuilderExtensions
{
    /// <summary>Tells the resource the connection string of another, as <c>ConnectionStrings__NAME</c>.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithConnectionString> source, string? connectionName = null, bool optional = false)
        where TDestination : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(source);
        var resource = source.Resource;
        builder.WithReferenceRelationship(resource);
        return builder.WithEnvironment(context =>
        {
            if (Injects(builder.Resource, ReferenceEnvironmentInjectionFlags.ConnectionString))
            {
                var variable = resource.ConnectionStringEnvironmentVariable ?? $"ConnectionStrings__{connectionName ?? resource.Name}";
                context.EnvironmentVariables[variable] = new ConnectionStringReference(resource, optional);
            }
        });
    }

    /// <summary>Tells the resource the addresses of another, as <c>services__NAME__ENDPOINT__0</c>.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithServiceDiscovery> source)
        where TDestination : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(source);
        return builder.WithReference(source, source.Resource.Name);
    }

    /// <summary>Tells the resource the addresses of another under a name, as <c>services__NAME__ENDPOINT__0</c>.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithServiceDiscovery> source, string name)
        where TDestination : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentException.ThrowIfNullOrEmpty(name);
        builder.WithReferenceRelationship(source.Resource);
        return builder.WithEnvironment(context =>
        {
            foreach (var endpoint in source.Resource.GetEndpoints().Where(e => !e.ExcludeReferenceEndpoint))
            {
                Inject(builder.Resource, context, name, endpoint.EndpointName, endpoint);
            }
        });
    }

    /// <summary>Tells the resource an address under a name, as <c>services__NAME__default__0</c>.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(this IResourceBuilder<TDestination> builder, string name, Uri uri)
        where TDestination : IResourceWithEnvironment
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(uri);
        if (!uri.IsAbsoluteUri || uri.AbsolutePath != "/")
        {
            throw new InvalidOperationException($"The address '{uri}' of service '{name}' must be absolute and must have no path.");
        }

        return builder.WithEnvironment($"services__{name}__default__0", uri.ToString());
    }

    /// <summary>Tells the resource the address of an endpoint, as <c>services__NAME__ENDPOINT__0</c>.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(this IResourceBuilder<TDestination> builder, EndpointReference endpointReference)
        where TDestination : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(endpointReference);
        builder.WithReferenceRelationship(endpointReference.Resource);
        return builder.WithEnvironment(context => Inject(builder.Resource, context, endpointReference.Resource.Name, endpointReference.EndpointName, endpointReference));
    }

    /// <summary>Chooses which variables references set.</summary>
    public static IResourceBuilder<TDestination> WithReferenceEnvironment<TDestination>(this IResourceBuilder<TDestination> builder, ReferenceEnvironmentInjectionFlags flags)
        where TDestination : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.WithAnnotation(new ReferenceEnvironmentInjectionAnnotation(flags), ResourceAnnotationMutationBehavior.Replace);
    }

    private static void Inject(IResource destination, EnvironmentCallbackContext context, string service, string endpointName, EndpointReference endpoint)
    {
        if (Injects(destination, ReferenceEnvironmentInjectionFlags.ServiceDiscovery))
        {
            context.EnvironmentVariables[$"services__{service}__{endpointName}__0"] = endpoint;
        }

        if (Injects(destination, ReferenceEnvironmentInjectionFlags.Endpoints))
        {
            context.EnvironmentVariables[$"{VariableName(service)}_{VariableName(endpointName)}"] = endpoint;
        }
    }

    private static bool Injects(IResource destination, ReferenceEnvironmentInjectionFlags kind)
        => !destination.TryGetLastAnnotation<ReferenceEnvironmentInjectionAnnotation>(out var chosen) || chosen.Flags.HasFlag(kind);

    private static string VariableName(string name) => string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToUpperInvariant(c) : '_'));
}
