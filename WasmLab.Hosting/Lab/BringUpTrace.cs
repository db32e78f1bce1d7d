using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace WasmLab.Hosting.Lab;

/// <summary>
/// Bringing the lab up is one trace, a span a step. The exporter's address is known only when the host tells it to its first
/// executable, so the root span is made then, with the start time of the host.
/// </summary>
internal sealed class BringUpTrace(TimeProvider time) : IDisposable
{
    public const string SourceName = "WasmLab.Hosting";

    private readonly ActivitySource _source = new(SourceName);
    private readonly DateTimeOffset _start = time.GetUtcNow();
    private readonly Lock _lock = new();
    private TracerProvider? _provider;
    private Activity? _root;
    private ActivityContext _context;

    /// <summary>Begins to export to the OTLP endpoint that the given environment (<c>OTEL_EXPORTER_OTLP_*</c>) names.</summary>
    public void Export(IReadOnlyDictionary<string, string> environment)
    {
        lock (_lock)
        {
            if (_provider is not null || !OtlpReceiver.IsThere(environment))
            {
                return;
            }

            _provider = Sdk.CreateTracerProviderBuilder()
                .ConfigureResource(resource => resource.AddService("apphost", serviceInstanceId: "apphost"))
                .SetSampler(new WithinTheBringUp())
                .AddSource(SourceName, "System.Net.Http")
                .AddOtlpExporter(exporter => OtlpReceiver.Configure(exporter, environment))
                .Build();

            var current = Activity.Current;
            Activity.Current = null;
            _root = _source.StartActivity("bring up the lab", ActivityKind.Internal, parentContext: default, startTime: _start);
            Activity.Current = current;
            _context = _root?.Context ?? default;
        }
    }

    /// <summary>A span for one step, a child of the bring-up's; a trace of its own once the lab is up.</summary>
    public Activity? StartStep(string name)
    {
        lock (_lock)
        {
            Activity.Current = null;
            return _source.StartActivity(name, ActivityKind.Internal, _context);
        }
    }

    /// <summary>Ends the bring-up's span.</summary>
    public void Complete(string? failure)
    {
        lock (_lock)
        {
            _root?.SetStatus(failure is null ? ActivityStatusCode.Ok : ActivityStatusCode.Error, failure);
            _root?.Stop();
            _root = null;
            _context = default;
            _provider?.ForceFlush(2000);
        }
    }

    public void Dispose()
    {
        _root?.Dispose();
        _provider?.Dispose();
        _source.Dispose();
    }

    /// <summary>Keeps the steps and the calls they make; the lab's own polling is not a trace anyone looks for.</summary>
    private sealed class WithinTheBringUp : Sampler
    {
        public override SamplingResult ShouldSample(in SamplingParameters parameters) =>
            parameters.Kind == ActivityKind.Internal || (parameters.ParentContext.TraceFlags & ActivityTraceFlags.Recorded) != 0
                ? new SamplingResult(SamplingDecision.RecordAndSample)
                : new SamplingResult(SamplingDecision.Drop);
    }
}
