namespace Aspire.Hosting.Otlp.Storage;

/// <summary>How much telemetry is kept. Logs and traces as the Aspire dashboard keeps them; points: 15 minutes at one a second.</summary>
internal sealed record TelemetryLimits
{
    public int LogsPerResource { get; init; } = 10_000;

    public int Traces { get; init; } = 10_000;

    public int SpansPerTrace { get; init; } = 10_000;

    public int PointsPerDimension { get; init; } = 900;

    public int DimensionsPerInstrument { get; init; } = 200;
}
