using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using WasmLab.Hosting.Lab;
using Yarp.ReverseProxy.Forwarder;

namespace WasmLab.Hosting.Ingresses;

/// <summary>
/// Listens on a port of loopback and hands each request on over connections that the caller makes, with a span that continues the client's
/// <c>traceparent</c>. Host and headers arrive as the client sent them.
/// </summary>
internal sealed class TracingForwarder : IAsyncDisposable
{
    private const string SourceName = "WasmLab.Hosting.Ingress";
    private static readonly TimeSpan s_stopTimeout = TimeSpan.FromSeconds(2);

    private readonly WebApplication _application;
    private readonly HttpMessageInvoker _client;
    private readonly TracerProvider? _tracing;
    private readonly ActivitySource _source;

    private TracingForwarder(WebApplication application, HttpMessageInvoker client, TracerProvider? tracing, ActivitySource source)
    {
        _application = application;
        _client = client;
        _tracing = tracing;
        _source = source;
    }

    /// <summary>Where it listens.</summary>
    public Uri Address => new($"http://localhost:{new Uri(_application.Urls.First()).Port}");

    /// <param name="port">0 takes a free one.</param>
    /// <param name="connect">Makes a connection to the ingress controller.</param>
    /// <param name="telemetry">The variables of the receiver of spans; without one there are no spans.</param>
    /// <param name="cancellationToken">Ends the starting.</param>
    /// <exception cref="DistributedApplicationException">The port is taken.</exception>
    public static async Task<TracingForwarder> StartAsync(
        int port, Func<CancellationToken, Task<Stream>> connect, IReadOnlyDictionary<string, string> telemetry, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            // What is too large is the controller's to say, and who served it too.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, port);
        });
        builder.Services.AddHttpForwarder();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = s_stopTimeout);
        var application = builder.Build();
        var source = new ActivitySource(SourceName);
        var forwarder = new TracingForwarder(application, ClientOf(connect), Export(telemetry), source);
        application.Run(forwarder.ForwardAsync);
        try
        {
            await application.StartAsync(cancellationToken).ConfigureAwait(false);
            return forwarder;
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            await forwarder.DisposeAsync().ConfigureAwait(false);
            throw new DistributedApplicationException(
                $"port {port} (WasmLab:Ingress:Port) is taken; stop what listens on it, or choose another port or 0 for a free one", exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync().ConfigureAwait(false);
        _client.Dispose();
        _tracing?.Dispose();
        _source.Dispose();
    }

    private async Task ForwardAsync(HttpContext context)
    {
        using var span = StartSpan(context.Request);
        var forwarder = context.RequestServices.GetRequiredService<IHttpForwarder>();
        var error = await forwarder.SendAsync(context, "http://ingress", _client, ForwarderRequestConfig.Empty, new Headers(span)).ConfigureAwait(false);
        span?.SetTag("http.response.status_code", context.Response.StatusCode);
        if (error != ForwarderError.None)
        {
            span?.SetStatus(ActivityStatusCode.Error, context.Features.Get<IForwarderErrorFeature>()?.Exception?.Message ?? error.ToString());
        }
    }

    private Activity? StartSpan(HttpRequest request)
    {
        _ = ActivityContext.TryParse(request.Headers.TraceParent, request.Headers.TraceState, isRemote: true, out var parent);
        Activity.Current = null;
        var path = request.Path.Value ?? "/";
        var span = _source.StartActivity($"{request.Method} {path}", ActivityKind.Server, parent);
        span?.SetTag("http.request.method", request.Method);
        span?.SetTag("url.scheme", request.Scheme);
        span?.SetTag("url.path", path);
        span?.SetTag("server.address", request.Host.Host);
        return span;
    }

    private static HttpMessageInvoker ClientOf(Func<CancellationToken, Task<Stream>> connect) => new(new SocketsHttpHandler
    {
        ActivityHeadersPropagator = null,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseCookies = false,
        UseProxy = false,
        ConnectCallback = async (_, cancellationToken) => await connect(cancellationToken).ConfigureAwait(false),
    });

    private static TracerProvider? Export(IReadOnlyDictionary<string, string> telemetry) =>
        OtlpReceiver.IsThere(telemetry)
            ? Sdk.CreateTracerProviderBuilder()
                .ConfigureResource(resource => resource.AddService("ingress", serviceInstanceId: "ingress"))
                .SetSampler(new ParentBasedSampler(new AlwaysOnSampler()))
                .AddSource(SourceName)
                .AddOtlpExporter(exporter => OtlpReceiver.Configure(exporter, telemetry))
                .Build()
            : null;

    /// <summary>Every header of the client, and this span's trace context in place of its own.</summary>
    private sealed class Headers(Activity? span) : HttpTransformer
    {
        public override async ValueTask TransformRequestAsync(
            HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
        {
            await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken).ConfigureAwait(false);
            if (span?.Id is { } id)
            {
                proxyRequest.Headers.Remove("traceparent");
                proxyRequest.Headers.TryAddWithoutValidation("traceparent", id);
            }
        }
    }
}
