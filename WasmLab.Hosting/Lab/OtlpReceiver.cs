using OpenTelemetry.Exporter;

namespace WasmLab.Hosting.Lab;

/// <summary>
/// Where the dashboard takes telemetry, for what runs in this process: the variables that Aspire gives to a resource, asked for by a resource
/// that stands in no model.
/// </summary>
internal sealed class OtlpReceiver
{
    private const string Prefix = "OTEL_EXPORTER_OTLP_";

    private readonly IResourceBuilder<Asker> _asker;

    public OtlpReceiver(IDistributedApplicationBuilder builder)
    {
        _asker = builder.CreateResourceBuilder(new Asker()).WithOtlpExporter();
    }

    /// <summary>The variables <c>OTEL_EXPORTER_OTLP_*</c>; none when there is no dashboard.</summary>
    public async Task<IReadOnlyDictionary<string, string>> FindAsync(CancellationToken cancellationToken)
    {
        var context = new EnvironmentCallbackContext(_asker.ApplicationBuilder.ExecutionContext, _asker.Resource, cancellationToken: cancellationToken);
        foreach (var annotation in _asker.Resource.Annotations.OfType<EnvironmentCallbackAnnotation>())
        {
            await annotation.Callback(context).ConfigureAwait(false);
        }

        return await SelectAsync(context).ConfigureAwait(false);
    }

    /// <summary>Those of a resource's variables that tell of the receiver.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> SelectAsync(EnvironmentCallbackContext context)
    {
        var variables = new Dictionary<string, string>();
        foreach (var (name, value) in context.EnvironmentVariables.Where(variable => variable.Key.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            variables[name] = (value is IValueProvider provider
                ? await provider.GetValueAsync(context.CancellationToken).ConfigureAwait(false)
                : value.ToString()) ?? string.Empty;
        }

        return variables;
    }

    /// <summary>Whether the variables name a receiver.</summary>
    public static bool IsThere(IReadOnlyDictionary<string, string> environment) => environment.ContainsKey(Prefix + "ENDPOINT");

    /// <summary>Exports traces to the receiver that the variables name.</summary>
    public static void Configure(OtlpExporterOptions exporter, IReadOnlyDictionary<string, string> environment)
    {
        var endpoint = environment[Prefix + "ENDPOINT"];
        var http = environment.GetValueOrDefault(Prefix + "PROTOCOL") == "http/protobuf";
        exporter.Endpoint = new Uri(http ? endpoint.TrimEnd('/') + "/v1/traces" : endpoint);
        exporter.Protocol = http ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
        exporter.Headers = environment.GetValueOrDefault(Prefix + "HEADERS");
        exporter.BatchExportProcessorOptions.ScheduledDelayMilliseconds = 500;
    }

    private sealed class Asker() : Resource("telemetry"), IResourceWithEnvironment;
}
