using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Adds values that are given from outside the model.</summary>
public static class ParameterResourceBuilderExtensions
{
    /// <summary>Adds a parameter; its value is the configuration's <c>Parameters:NAME</c>.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, [ResourceName] string name, bool secret = false)
        => Add(builder, name, $"Parameters:{name}", secret, fallback: null);

    /// <summary>Adds a parameter with a value; the configuration's <c>Parameters:NAME</c> comes first.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, [ResourceName] string name, string value, bool publishValueAsDefault = false, bool secret = false)
    {
        ArgumentNullException.ThrowIfNull(value);
        return Add(builder, name, $"Parameters:{name}", secret, () => value);
    }

    /// <summary>Adds a parameter with a value; the configuration's <c>Parameters:NAME</c> comes first.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, [ResourceName] string name, Func<string> valueGetter, bool publishValueAsDefault = false, bool secret = false)
    {
        ArgumentNullException.ThrowIfNull(valueGetter);
        return Add(builder, name, $"Parameters:{name}", secret, valueGetter);
    }

    /// <summary>Adds a parameter whose value is any key of the configuration.</summary>
    public static IResourceBuilder<ParameterResource> AddParameterFromConfiguration(this IDistributedApplicationBuilder builder, [ResourceName] string name, string configurationKey, bool secret = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(configurationKey);
        return Add(builder, name, configurationKey, secret, fallback: null);
    }

    /// <summary>Says what a parameter is for.</summary>
    public static IResourceBuilder<ParameterResource> WithDescription(this IResourceBuilder<ParameterResource> builder, string description, bool enableMarkdown = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Resource.Description = description;
        builder.Resource.EnableDescriptionMarkdown = enableMarkdown;
        return builder;
    }

    private static IResourceBuilder<ParameterResource> Add(IDistributedApplicationBuilder builder, string name, string key, bool secret, Func<string>? fallback)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(name);
        var configuration = builder.Configuration;
        var parameter = new ParameterResource(
            name,
            @default => configuration[key] ?? fallback?.Invoke() ?? @default?.GetDefaultValue()
                ?? throw new MissingParameterValueException($"Parameter resource could not be used because configuration key '{key}' is missing and the Parameter has no default value. Set '{key}' in appsettings.json, on the command line as --{key}=VALUE, or in the environment as {key.Replace(":", "__", StringComparison.Ordinal)}."),
            secret)
        {
            ConfigurationKey = key,
        };
        return builder.AddResource(parameter).WithInitialState(new CustomResourceSnapshot
        {
            ResourceType = "Parameter",
            Properties =
            [
                new("parameter.secret", secret.ToString()),
                new(CustomResourceKnownProperties.Source, key),
            ],
        });
    }
}
