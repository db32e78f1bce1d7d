using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.AspNetCore.Http;
using WasmLab.EmbeddedCluster.Ingresses.Balancing;
using WasmLab.EmbeddedCluster.Ingresses.Forwarding;
using WasmLab.EmbeddedCluster.Ingresses.Routing;

namespace WasmLab.EmbeddedCluster.Ingresses.Telemetry;

/// <summary>The ingress' spans and counters; both cost nothing while nobody listens.</summary>
internal static class IngressTelemetry
{
    public const string Name = "WasmLab.Ingress";

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Requests = Meter.CreateCounter<long>(
        "wasmlab.ingress.requests", "{request}", "Requests by ingress, service, method and status.");

    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        "wasmlab.ingress.upstream.duration", "s", "Time from choosing a pod to the end of its answer.");

    /// <summary>The span of one attempt on one pod, below the server's span; null when nobody listens.</summary>
    public static Activity? StartAttempt(Exchange exchange, Location location, Backend backend, BackendEndpoint endpoint)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        var request = exchange.Context.Request;
        var activity = Source.StartActivity($"{request.Method} {backend.Service} pod", ActivityKind.Client);
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag("http.request.method", request.Method);
            activity.SetTag("http.route", location.Path);
            activity.SetTag("k8s.namespace.name", backend.Namespace);
            activity.SetTag("k8s.service.name", backend.Service);
            activity.SetTag("k8s.ingress.name", NameOf(location));
            activity.SetTag("network.protocol.version", "1.1");
            if (endpoint.Pod is { } pod)
            {
                activity.SetTag("k8s.pod.name", pod);
            }

            var (address, port) = endpoint.Pool.EndPoint switch
            {
                PodEndPoint at => (at.Address.Address.ToString(), at.Address.Port),
                IPEndPoint ip => (ip.Address.ToString(), ip.Port),
                DnsEndPoint dns => (dns.Host, dns.Port),
                var other => throw new InvalidOperationException($"a backend has no endpoint of kind {other.GetType().Name}"),
            };
            activity.SetTag("server.address", address);
            activity.SetTag("server.port", port);

            if (exchange.Attempts.Count > 1)
            {
                activity.SetTag("http.request.resend_count", exchange.Attempts.Count - 1);
            }
        }

        return activity;
    }

    public static void StopAttempt(Activity? activity, Exchange exchange, Attempt attempt, ForwarderOutcome outcome)
    {
        if (activity is null)
        {
            return;
        }

        if (outcome is ForwarderOutcome.Forwarded or ForwarderOutcome.Tunnelled)
        {
            activity.SetTag("http.response.status_code", attempt.StatusCode);
        }

        if (outcome.IsServerError() || attempt.StatusCode >= 500)
        {
            activity.SetTag("error.type", outcome == ForwarderOutcome.Forwarded ? attempt.StatusCode.ToString(System.Globalization.CultureInfo.InvariantCulture) : outcome.ToString());
            activity.SetStatus(ActivityStatusCode.Error, exchange.Detail);
        }

        activity.Dispose();
    }

    /// <summary>Names the server's span after the ingress' path and counts the request.</summary>
    public static void Complete(Exchange exchange, TimeProvider timeProvider)
    {
        if (Activity.Current is { IsAllDataRequested: true, Kind: ActivityKind.Server } server)
        {
            if (exchange.Location is { } location)
            {
                server.DisplayName = $"{exchange.Context.Request.Method} {location.Path}";
                server.SetTag("http.route", location.Path);
                server.SetTag("k8s.ingress.name", NameOf(location));
            }

            if (exchange.Outcome.IsServerError())
            {
                server.SetTag("error.type", exchange.Outcome.ToString());
                server.SetStatus(ActivityStatusCode.Error, exchange.Detail);
            }
        }

        if (Requests.Enabled || Duration.Enabled)
        {
            Measure(exchange, timeProvider);
        }
    }

    private static void Measure(Exchange exchange, TimeProvider timeProvider)
    {
        var tags = new TagList
        {
            { "k8s.ingress.name", exchange.Location is { } location ? NameOf(location) : null },
            { "k8s.service.name", exchange.Location?.Backend?.Service },
            { "http.request.method", KnownMethod(exchange.Context.Request.Method) },
            { "http.response.status_code", exchange.StatusCode },
        };
        Requests.Add(1, tags);
        if (exchange.Attempts is [.., var last])
        {
            Duration.Record(timeProvider.GetElapsedTime(exchange.Attempts[0].Started, last.Ended).TotalSeconds, tags);
        }
    }

    private static string? NameOf(Location location) => location.Ingress?[(location.Ingress.IndexOf('/', StringComparison.Ordinal) + 1)..];

    // Clients may invent methods; a counter must not grow with them.
    private static string KnownMethod(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsPost(method) || HttpMethods.IsPut(method)
        || HttpMethods.IsDelete(method) || HttpMethods.IsPatch(method) || HttpMethods.IsOptions(method)
            ? method
            : "_OTHER";
}
