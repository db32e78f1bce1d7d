using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using WasmLab.EmbeddedCluster.Nodes.Runtime;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Nodes.Probes;

/// <summary>Asks containers over the network how they are; words failures as the kubelet does.</summary>
internal sealed class Prober(TimeProvider time) : IDisposable
{
    private const int LargestBody = 10 * 1024;

    // A new connection for each probe: what answers on a kept one says nothing about new ones. No propagator: a span for each
    // probe of each pod would bury the traces of requests.
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        ActivityHeadersPropagator = null,
        PooledConnectionLifetime = TimeSpan.Zero,
        AllowAutoRedirect = true,
        UseProxy = false,
        UseCookies = false,
#pragma warning disable CA5359 // A probe asks whether the container answers; containers have no certificate that anyone could verify.
        SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true },
#pragma warning restore CA5359
    });

    public async Task<ProbeResult> ProbeAsync(Probe probe, Container container, PodAddress address, CancellationToken cancellationToken)
    {
        var timeout = TimeSpan.FromSeconds(Math.Max(1, probe.TimeoutSeconds ?? 1));
        using var deadline = new CancellationTokenSource(timeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return probe switch
            {
                { HttpGet: { } http } => await GetAsync(http, container, address, linked.Token).ConfigureAwait(false),
                { TcpSocket: { } tcp } => await ConnectAsync(tcp.Port, tcp.Host, container, address, linked.Token).ConfigureAwait(false),
                { Exec: not null } => ProbeResult.Failure("exec probes are not supported by this node; use httpGet or tcpSocket"),
                { Grpc: not null } => ProbeResult.Failure("grpc probes are not supported by this node; use httpGet or tcpSocket"),
                _ => ProbeResult.Failure("missing probe handler"),
            };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ProbeResult.Failure($"{Subject(probe, container, address)}: context deadline exceeded (Client.Timeout exceeded while awaiting headers)");
        }
        catch (Exception exception) when (exception is HttpRequestException or SocketException or IOException or FormatException)
        {
            return ProbeResult.Failure($"{Subject(probe, container, address)}: {Describe(exception, probe, container, address)}");
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<ProbeResult> GetAsync(HttpGetAction action, Container container, PodAddress address, CancellationToken cancellationToken)
    {
        if (UrlOf(action, container, address) is not { } url)
        {
            return ProbeResult.Failure(NoPort(action.Port, container));
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.ConnectionClose = true;
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("kube-probe", "1.35"));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("*/*"));
        foreach (var header in action.HttpHeaders)
        {
            if (string.Equals(header.Name, "Host", StringComparison.OrdinalIgnoreCase))
            {
                request.Headers.Host = header.Value;
            }
            else
            {
                request.Headers.Remove(header.Name ?? "");
                request.Headers.TryAddWithoutValidation(header.Name ?? "", header.Value);
            }
        }

        using var response = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        await DrainAsync(response, cancellationToken).ConfigureAwait(false);
        return (int)response.StatusCode is >= 200 and < 400
            ? ProbeResult.Success
            : ProbeResult.Failure($"HTTP probe failed with statuscode: {(int)response.StatusCode}");
    }

    private static async Task DrainAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        _ = await body.ReadAtLeastAsync(new byte[LargestBody], LargestBody, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<ProbeResult> ConnectAsync(
        IntOrString port, string? host, Container container, PodAddress address, CancellationToken cancellationToken)
    {
        if (PortOf(port, container) is not { } number)
        {
            return ProbeResult.Failure(NoPort(port, container));
        }

        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        EndPoint target = host is { Length: > 0 } ? new DnsEndPoint(host, number) : address.EndPointOf(number);
        await socket.ConnectAsync(target, cancellationToken).ConfigureAwait(false);
        return ProbeResult.Success;
    }

    private static string? UrlOf(HttpGetAction action, Container container, PodAddress address)
    {
        if (PortOf(action.Port, container) is not { } port)
        {
            return null;
        }

        var endPoint = address.EndPointOf(port);
        var host = action.Host is { Length: > 0 } named ? $"{named}:{port}" : endPoint.ToString();
        var path = action.Path ?? "/";
        return $"{(action.Scheme ?? "HTTP").ToLowerInvariant()}://{host}{(path.StartsWith('/') ? "" : "/")}{path}";
    }

    private static int? PortOf(IntOrString port, Container container) =>
        port.Number ?? container.Ports.FirstOrDefault(declared => declared.Name == port.Name)?.Port;

    private static string NoPort(IntOrString port, Container container) =>
        $"couldn't find port: {port} in container \"{container.Name}\"";

    private static string Subject(Probe probe, Container container, PodAddress address) =>
        probe.HttpGet is { } http ? $"Get \"{UrlOf(http, container, address)}\"" : $"dial tcp {TargetOf(probe, container, address)}";

    private static string Describe(Exception exception, Probe probe, Container container, PodAddress address)
    {
        var socketError = (exception as SocketException ?? exception.InnerException as SocketException)?.SocketErrorCode;
        var connect = probe.HttpGet is null ? "connect" : $"dial tcp {TargetOf(probe, container, address)}: connect";
        return socketError switch
        {
            SocketError.ConnectionRefused => $"{connect}: connection refused",
            SocketError.ConnectionReset => "read: connection reset by peer",
            SocketError.HostUnreachable or SocketError.NetworkUnreachable => $"{connect}: no route to host",
            _ => exception.Message,
        };
    }

    private static IPEndPoint? TargetOf(Probe probe, Container container, PodAddress address) =>
        (probe.HttpGet?.Port ?? probe.TcpSocket?.Port) is { } port && PortOf(port, container) is { } number
            ? address.EndPointOf(number)
            : null;
}
