using System.Globalization;
using Aspire.Hosting.Otlp.Protos;
using Aspire.Hosting.Otlp.Storage;
using Google.Protobuf;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedAspire.Otlp;

[Trait(Category.Name, Category.Unit)]
public sealed class TelemetryStoreTests
{
    [Fact]
    public void Add_LogsOfTwoLoggers_AreInTheOrderOfTime()
    {
        var store = new TelemetryStore();
        var request = Log("app", "second");
        request.ResourceLogs[0].ScopeLogs[0].LogRecords[0].TimeUnixNano = 2;
        request.ResourceLogs[0].ScopeLogs.Add(new ScopeLogs
        {
            LogRecords = { new LogRecord { TimeUnixNano = 1, Body = new AnyValue { StringValue = "first" } } },
        });

        store.Add(request);

        store.GetLogs().Select(entry => entry.Message).ShouldBe(["first", "second"]);
    }

    [Fact]
    public void Add_LogsBeyondTheLimit_DropsTheOldestOfThatResource()
    {
        var store = new TelemetryStore(new TelemetryLimits { LogsPerResource = 3 });
        for (var i = 0; i < 5; i++)
        {
            store.Add(Log("noisy", $"line {i}"));
        }

        store.Add(Log("quiet", "only one"));

        store.GetLogs().Select(entry => entry.Message).ShouldBe(["line 2", "line 3", "line 4", "only one"]);
    }

    [Fact]
    public void Add_SpanAfterItsTrace_JoinsIt()
    {
        var store = new TelemetryStore();
        store.Add(Spans("child-app", Span(1, 2, parent: 1, start: 20)));
        store.FindTrace(TraceId(1))!.Root.SpanId.ShouldEndWith("02");

        store.Add(Spans("parent-app", Span(1, 1, start: 10)));

        var trace = store.GetTraces().ShouldHaveSingleItem();
        trace.Spans.Select(span => span.Resource.Name).ShouldBe(["parent-app", "child-app"]);
        trace.Root.SpanId.ShouldEndWith("01");
        trace.Start.ShouldBe(DateTimeOffset.UnixEpoch.AddMilliseconds(10));
    }

    [Fact]
    public void Add_SpanSentTwice_IsKeptOnce()
    {
        var store = new TelemetryStore();
        store.Add(Spans("app", Span(1, 1)));
        store.Add(Spans("app", Span(1, 1)));

        store.GetTraces().ShouldHaveSingleItem().Spans.Count.ShouldBe(1);
    }

    [Fact]
    public void Add_TracesBeyondTheLimit_DropsTheOldest()
    {
        var store = new TelemetryStore(new TelemetryLimits { Traces = 2 });
        for (byte i = 1; i <= 3; i++)
        {
            store.Add(Spans("app", Span(i, 1, start: i)));
        }

        store.GetTraces().Select(trace => trace.TraceId).ShouldBe([TraceId(3), TraceId(2)]);
    }

    [Fact]
    public void Add_SpanWithoutIdentity_IsLeftOut()
    {
        var store = new TelemetryStore();
        store.Add(Spans("app", new Span { Name = "nameless" }));

        store.GetTraces().ShouldBeEmpty();
    }

    [Fact]
    public void Add_DeltaPoints_AreAddedUp()
    {
        var store = new TelemetryStore();
        store.Add(Counter(3, AggregationTemporality.Delta, 1));
        store.Add(Counter(4, AggregationTemporality.Delta, 2));

        var points = store.FindInstrument(store.GetInstruments().ShouldHaveSingleItem())!.Dimensions.ShouldHaveSingleItem().Points;

        points.Select(point => point.Value).ShouldBe([3, 7]);
    }

    [Fact]
    public void Add_PointsBeyondTheLimit_DropsTheOldest()
    {
        var store = new TelemetryStore(new TelemetryLimits { PointsPerDimension = 2 });
        for (var i = 1; i <= 3; i++)
        {
            store.Add(Counter(i, AggregationTemporality.Cumulative, (ulong)i));
        }

        store.FindInstrument(store.GetInstruments()[0])!.Dimensions[0].Points.Select(point => point.Value).ShouldBe([2, 3]);
    }

    [Fact]
    public void Clear_OneSignal_LeavesTheOthersAndTells()
    {
        var store = new TelemetryStore();
        store.Add(Log("app", "line"));
        store.Add(Spans("app", Span(1, 1)));
        var told = Signals.None;
        store.Changed += signals => told |= signals;

        store.Clear(Signals.Logs);

        store.GetLogs().ShouldBeEmpty();
        store.GetTraces().Count.ShouldBe(1);
        told.ShouldBe(Signals.Logs);
    }

    [Fact]
    public async Task Add_ManyThreadsWhileReading_LosesNothing()
    {
        var store = new TelemetryStore();
        var writers = Enumerable.Range(0, 8).Select(writer => Task.Run(() =>
        {
            for (var i = 0; i < 200; i++)
            {
                store.Add(Log($"app{writer}", i.ToString(CultureInfo.InvariantCulture)));
                store.Add(Spans($"app{writer}", Span(1, (byte)writer, start: i)));
                _ = store.GetLogs().Count + store.GetTraces().Count;
            }
        }, TestContext.Current.CancellationToken));
        await Task.WhenAll(writers);

        var logs = store.GetLogs();
        logs.Count.ShouldBe(1600);
        logs.Select(entry => entry.Id).ShouldBeUnique();
        store.Resources.Count.ShouldBe(8);
    }

    private static string TraceId(byte id) => Convert.ToHexStringLower(Id(16, id).Span);

    private static ByteString Id(int length, byte last) => ByteString.CopyFrom([.. new byte[length - 2], 1, last]);

    private static Span Span(byte trace, byte span, byte? parent = null, int start = 1) => new()
    {
        TraceId = Id(16, trace),
        SpanId = Id(8, span),
        ParentSpanId = parent is { } id ? Id(8, id) : ByteString.Empty,
        StartTimeUnixNano = (ulong)start * 1_000_000,
        EndTimeUnixNano = (ulong)start * 1_000_000 + 500,
    };

    private static ExportTraceServiceRequest Spans(string service, params Span[] spans) =>
        new() { ResourceSpans = { new ResourceSpans { Resource = Sender(service), ScopeSpans = { new ScopeSpans { Spans = { spans } } } } } };

    private static ExportLogsServiceRequest Log(string service, string message) => new()
    {
        ResourceLogs = { new ResourceLogs { Resource = Sender(service), ScopeLogs = { new ScopeLogs { LogRecords = { new LogRecord { Body = new AnyValue { StringValue = message } } } } } } },
    };

    private static ExportMetricsServiceRequest Counter(long value, AggregationTemporality temporality, ulong time) => new()
    {
        ResourceMetrics =
        {
            new ResourceMetrics { Resource = Sender("app"), ScopeMetrics = { new ScopeMetrics { Scope = new InstrumentationScope { Name = "meter" }, Metrics =
            {
                new Metric { Name = "counter", Sum = new Sum { IsMonotonic = true, AggregationTemporality = temporality, DataPoints = { new NumberDataPoint { AsInt = value, TimeUnixNano = time } } } },
            } } } },
        },
    };

    private static Resource Sender(string name) => new() { Attributes = { new KeyValue { Key = "service.name", Value = new AnyValue { StringValue = name } } } };
}
