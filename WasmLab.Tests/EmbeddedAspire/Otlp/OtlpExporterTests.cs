using System.Diagnostics;
using System.Diagnostics.Metrics;
using Aspire.Hosting.Otlp.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WasmLab.ServiceDefaults;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedAspire.Otlp;

/// <summary>The sender is OpenTelemetry's own exporter, set up as every process of the lab sets it up.</summary>
[Trait(Category.Name, Category.Unit)]
public sealed class OtlpExporterTests
{
    private static readonly ActivitySource Source = new("WasmLab.Tests.OtlpExporter");
    private static readonly Meter Meter = new("WasmLab.Tests.OtlpExporter");

    [Theory]
    [InlineData("grpc")]
    [InlineData("http/protobuf")]
    public async Task Export_FromServiceDefaults_ArrivesWhole(string protocol)
    {
        await using var server = await OtlpServer.StartAsync();
        var duration = Meter.CreateHistogram<double>("work.duration", "s", "How long the work took.");

        await RunSenderAsync(server, protocol, OtlpServer.Key, logger =>
        {
            using var parent = Source.StartActivity("parent", ActivityKind.Server)!;
            using (var child = Source.StartActivity("child", ActivityKind.Client)!)
            {
                child.SetTag("server.address", "pod-1").SetTag("attempts", 3).SetStatus(ActivityStatusCode.Error, "it broke");
                child.AddEvent(new ActivityEvent("retried"));
                logger.LogWarning("Lost {Count} packets", 7);
            }

            duration.Record(0.2, KeyValuePair.Create<string, object?>("route", "/get"));
        });

        var resource = server.Store.Resources.ShouldHaveSingleItem();
        resource.Name.ShouldBe("flavor");
        resource.InstanceId.ShouldBe("flavor-1");

        var trace = server.Store.GetTraces().Single(candidate => candidate.Root.Name == "parent");
        trace.Root.Name.ShouldBe("parent");
        trace.Errors.ShouldBe(1);
        var child = trace.Spans.Single(span => span.Name == "child");
        child.ParentSpanId.ShouldBe(trace.Root.SpanId);
        child.Kind.ShouldBe(SpanKind.Client);
        child.StatusMessage.ShouldBe("it broke");
        child.Attribute("attempts").ShouldBe("3");
        child.Events.ShouldHaveSingleItem().Name.ShouldBe("retried");

        var log = server.Store.GetLogs().Single(entry => entry.Scope == "work");
        log.Message.ShouldBe("Lost 7 packets");
        log.Severity.ShouldBe(LogSeverity.Warning);
        log.SpanId.ShouldBe(child.SpanId);
        log.Attributes.ShouldContain(KeyValuePair.Create("Count", "7"));

        var key = server.Store.GetInstruments().Single(instrument => instrument.Name == "work.duration");
        var instrument = server.Store.FindInstrument(key)!;
        (instrument.Kind, instrument.Unit).ShouldBe((InstrumentKind.Histogram, "s"));
        var point = instrument.Dimensions.ShouldHaveSingleItem().Points.ShouldHaveSingleItem();
        (point.Count, point.Value).ShouldBe((1ul, 0.2));
    }

    [Theory]
    [InlineData("grpc")]
    [InlineData("http/protobuf")]
    public async Task Export_WrongKey_IsRefused(string protocol)
    {
        await using var server = await OtlpServer.StartAsync();

        await RunSenderAsync(server, protocol, "another-key", logger => logger.LogWarning("Nobody reads this"));

        server.Store.Resources.ShouldBeEmpty();
    }

    private static async Task RunSenderAsync(OtlpServer server, string protocol, string key, Action<ILogger> work)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "sender" });
        builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] = protocol == "grpc" ? server.GrpcUrl : server.HttpUrl;
        builder.Configuration["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol;
        builder.Configuration["OTEL_EXPORTER_OTLP_HEADERS"] = $"x-otlp-api-key={key}";
        builder.Configuration["OTEL_EXPORTER_OTLP_TIMEOUT"] = "5000";
        builder.Configuration["OTEL_SERVICE_NAME"] = "flavor";
        builder.Configuration["OTEL_RESOURCE_ATTRIBUTES"] = "service.instance.id=flavor-1";
        builder.AddServiceDefaults();
        using var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        work(host.Services.GetRequiredService<ILoggerFactory>().CreateLogger("work"));
        await host.StopAsync(TestContext.Current.CancellationToken);
    }
}
