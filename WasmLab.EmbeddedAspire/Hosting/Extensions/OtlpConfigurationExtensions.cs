using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

/// <summary>Lets resources send telemetry to the dashboard.</summary>
public static class OtlpConfigurationExtensions
{
    private const string GrpcKey = "ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL";
    private const string HttpKey = "ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL";

    /// <summary>Sets the environment variables by which a resource sends telemetry to the dashboard.</summary>
    public static void AddOtlpEnvironment(IResource resource, IConfiguration configuration, IHostEnvironment environment)
        => Add(resource, configuration, environment, required: null);

    /// <summary>Sets the environment variables by which a resource sends telemetry to the dashboard in a protocol.</summary>
    public static void AddOtlpEnvironment(IResource resource, IConfiguration configuration, IHostEnvironment environment, OtlpProtocol protocol)
        => Add(resource, configuration, environment, protocol);

    /// <summary>The resource sends telemetry to the dashboard.</summary>
    public static IResourceBuilder<T> WithOtlpExporter<T>(this IResourceBuilder<T> builder)
        where T : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(builder);
        AddOtlpEnvironment(builder.Resource, builder.ApplicationBuilder.Configuration, builder.ApplicationBuilder.Environment);
        return builder;
    }

    /// <summary>The resource sends telemetry to the dashboard in a protocol.</summary>
    public static IResourceBuilder<T> WithOtlpExporter<T>(this IResourceBuilder<T> builder, OtlpProtocol protocol)
        where T : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(builder);
        AddOtlpEnvironment(builder.Resource, builder.ApplicationBuilder.Configuration, builder.ApplicationBuilder.Environment, protocol);
        return builder;
    }

    private static void Add(IResource resource, IConfiguration configuration, IHostEnvironment environment, OtlpProtocol? required)
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(environment);
        foreach (var previous in resource.Annotations.OfType<OtlpExporterAnnotation>().ToArray())
        {
            resource.Annotations.Remove(previous);
        }

        resource.Annotations.Add(new OtlpExporterAnnotation { RequiredProtocol = required });
        // Read when the resource starts: by then a dashboard on a free port has told its address.
        resource.Annotations.Add(new EnvironmentCallbackAnnotation(context => Set(context, configuration, environment)));
    }

    private static void Set(EnvironmentCallbackContext context, IConfiguration configuration, IHostEnvironment environment)
    {
        var required = context.Resource.TryGetLastAnnotation<OtlpExporterAnnotation>(out var exporter) ? exporter.RequiredProtocol : null;
        var (address, protocol) = Receiver(context.Resource, configuration, required);
        if (address is null)
        {
            return;
        }

        var variables = context.EnvironmentVariables;
        variables["OTEL_EXPORTER_OTLP_ENDPOINT"] = address;
        variables["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol;
        variables["OTEL_SERVICE_NAME"] = context.Resource.Name;
        variables["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={Guid.NewGuid().ToString("N")[..8]}";
        if (configuration["AppHost:OtlpApiKey"] is { Length: > 0 } apiKey)
        {
            variables["OTEL_EXPORTER_OTLP_HEADERS"] = $"x-otlp-api-key={apiKey}";
        }

        if (environment.IsDevelopment())
        {
            variables["OTEL_BLRP_SCHEDULE_DELAY"] = "1000";
            variables["OTEL_BSP_SCHEDULE_DELAY"] = "1000";
            variables["OTEL_METRIC_EXPORT_INTERVAL"] = "1000";
            variables["OTEL_TRACES_SAMPLER"] = "always_on";
            variables["OTEL_METRICS_EXEMPLAR_FILTER"] = "trace_based";
        }
    }

    private static (string? Address, string Protocol) Receiver(IResource resource, IConfiguration configuration, OtlpProtocol? required)
    {
        var grpc = configuration[GrpcKey];
        var http = configuration[HttpKey];
        return required switch
        {
            OtlpProtocol.Grpc => (grpc ?? throw Missing(GrpcKey), "grpc"),
            OtlpProtocol.HttpProtobuf => (http ?? throw Missing(HttpKey), "http/protobuf"),
            OtlpProtocol.HttpJson => (http ?? throw Missing(HttpKey), "http/json"),
            _ => grpc is not null ? (grpc, "grpc") : (http, "http/protobuf"),
        };

        DistributedApplicationException Missing(string key)
            => new($"Resource '{resource.Name}' sends telemetry as {required}, but there is no receiver for it. Set {key} to the address the dashboard shall receive it on.");
    }
}
