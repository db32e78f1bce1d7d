using Aspire.Hosting.Otlp.Protos;

namespace Aspire.Hosting.Otlp.Storage;

/// <summary>The kinds of telemetry a subscriber is told about.</summary>
[Flags]
internal enum Signals
{
    None = 0,
    Logs = 1,
    Traces = 2,
    Metrics = 4,
    All = Logs | Traces | Metrics,
}

/// <summary>Where received telemetry is kept, in memory and bounded. Safe for use by many threads; reads are snapshots.</summary>
internal sealed class TelemetryStore(TelemetryLimits? limits = null)
{
    private readonly TelemetryLimits _limits = limits ?? new();
    private readonly Lock _lock = new();
    private readonly Dictionary<TelemetryResource, TelemetryResource> _resources = [];
    private readonly Dictionary<TelemetryResource, Queue<LogEntry>> _logs = [];
    private readonly TraceStore _traces = new((limits ?? new()).Traces, (limits ?? new()).SpansPerTrace);
    private readonly MetricStore _metrics = new((limits ?? new()).PointsPerDimension, (limits ?? new()).DimensionsPerInstrument);
    private long _lastLogId;

    /// <summary>Raised after a change, on the thread that made it and outside the lock; handlers must be quick.</summary>
    public event Action<Signals>? Changed;

    public void Add(ExportLogsServiceRequest request)
    {
        lock (_lock)
        {
            foreach (var resourceLogs in request.ResourceLogs)
            {
                var resource = Intern(resourceLogs.Resource);
                if (!_logs.TryGetValue(resource, out var queue))
                {
                    _logs.Add(resource, queue = new Queue<LogEntry>());
                }

                // A request holds its records by their logger; the reader wants them as they happened.
                var records = resourceLogs.ScopeLogs.SelectMany(scope => scope.LogRecords, (scope, record) => (Scope: scope.Scope?.Name ?? "", Record: record))
                    .OrderBy(item => item.Record.TimeUnixNano != 0 ? item.Record.TimeUnixNano : item.Record.ObservedTimeUnixNano);
                foreach (var (scope, record) in records)
                {
                    queue.Enqueue(OtlpConverter.ToLogEntry(++_lastLogId, resource, scope, record));
                    if (queue.Count > _limits.LogsPerResource)
                    {
                        queue.Dequeue();
                    }
                }
            }
        }

        Changed?.Invoke(Signals.Logs);
    }

    public void Add(ExportTraceServiceRequest request)
    {
        lock (_lock)
        {
            _traces.Add(
                from resourceSpans in request.ResourceSpans
                let resource = Intern(resourceSpans.Resource)
                from scope in resourceSpans.ScopeSpans
                from span in scope.Spans
                where OtlpConverter.IsValid(span)
                select OtlpConverter.ToSpanEntry(resource, scope.Scope?.Name ?? "", span));
        }

        Changed?.Invoke(Signals.Traces);
    }

    public void Add(ExportMetricsServiceRequest request)
    {
        lock (_lock)
        {
            foreach (var resourceMetrics in request.ResourceMetrics)
            {
                var resource = Intern(resourceMetrics.Resource);
                foreach (var scope in resourceMetrics.ScopeMetrics)
                {
                    foreach (var metric in scope.Metrics)
                    {
                        OtlpMetrics.Add(_metrics, new InstrumentKey(resource, scope.Scope?.Name ?? "", metric.Name), metric);
                    }
                }
            }
        }

        Changed?.Invoke(Signals.Metrics);
    }

    public IReadOnlyList<TelemetryResource> Resources
    {
        get
        {
            lock (_lock)
            {
                return [.. _resources.Values.OrderBy(resource => resource.Name).ThenBy(resource => resource.InstanceId)];
            }
        }
    }

    /// <summary>Every kept record, in the order received.</summary>
    public IReadOnlyList<LogEntry> GetLogs()
    {
        lock (_lock)
        {
            return [.. _logs.Values.SelectMany(queue => queue).OrderBy(entry => entry.Id)];
        }
    }

    /// <summary>How many errors each sender's kept records tell of, by its name.</summary>
    public IReadOnlyDictionary<string, int> CountErrors()
    {
        lock (_lock)
        {
            return _logs.GroupBy(pair => pair.Key.Name, StringComparer.OrdinalIgnoreCase).ToDictionary(
                group => group.Key,
                group => group.Sum(pair => pair.Value.Count(entry => entry.Severity >= LogSeverity.Error)),
                StringComparer.OrdinalIgnoreCase);
        }
    }

    public IReadOnlyList<Trace> GetTraces()
    {
        lock (_lock)
        {
            return _traces.NewestFirst();
        }
    }

    public Trace? FindTrace(string traceId)
    {
        lock (_lock)
        {
            return _traces.TryGet(traceId, out var trace) ? trace : null;
        }
    }

    public IReadOnlyList<InstrumentKey> GetInstruments()
    {
        lock (_lock)
        {
            return _metrics.Keys();
        }
    }

    public Instrument? FindInstrument(InstrumentKey key)
    {
        lock (_lock)
        {
            return _metrics.Find(key);
        }
    }

    public void Clear(Signals signals)
    {
        lock (_lock)
        {
            if (signals.HasFlag(Signals.Logs))
            {
                _logs.Clear();
            }

            if (signals.HasFlag(Signals.Traces))
            {
                _traces.Clear();
            }

            if (signals.HasFlag(Signals.Metrics))
            {
                _metrics.Clear();
            }
        }

        Changed?.Invoke(signals);
    }

    private TelemetryResource Intern(Resource? resource)
    {
        var described = OtlpConverter.ToResource(resource);
        if (_resources.TryGetValue(described, out var known))
        {
            return known;
        }

        _resources.Add(described, described);
        return described;
    }
}
