using OpenTelemetry.Resources;

namespace WasmLab.ServiceDefaults;

internal static class TelemetryResource
{
    /// <summary>The application's name, which <c>OTEL_SERVICE_NAME</c> and <c>OTEL_RESOURCE_ATTRIBUTES</c> override.</summary>
    public static ResourceBuilder For(string applicationName) => ResourceBuilder.CreateEmpty()
        .AddService(applicationName)
        .AddTelemetrySdk()
        .AddEnvironmentVariableDetector();
}
