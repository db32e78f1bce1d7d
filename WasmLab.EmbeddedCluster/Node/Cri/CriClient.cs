using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using WasmLab.EmbeddedCluster.Nodes.Cri.V1;
using WasmLab.EmbeddedCluster.Nodes.Runtime;

namespace WasmLab.EmbeddedCluster.Nodes.Cri;

/// <summary>Speaks the container runtime interface to the runtime behind a Unix socket.</summary>
internal sealed class CriClient : IDisposable
{
    private const string Scheme = "unix://";
    private const int LargestMessage = 16 * 1024 * 1024;
    private static readonly TimeSpan CallTimeout = TimeSpan.FromMinutes(2);

    private readonly CriVersionHandler _version;
    private readonly GrpcChannel _channel;
    private readonly TimeProvider _time;

    /// <param name="endpoint">For instance <c>unix:///run/containerd/containerd.sock</c>.</param>
    /// <param name="time">The clock of deadlines.</param>
    public CriClient(string endpoint, TimeProvider time)
    {
        Endpoint = endpoint;
        _time = time;
        var path = endpoint.StartsWith(Scheme, StringComparison.Ordinal) ? endpoint[Scheme.Length..] : endpoint;
        _version = new CriVersionHandler(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) => await OpenAsync(path, cancellationToken).ConfigureAwait(false),
            EnableMultipleHttp2Connections = true,
            ActivityHeadersPropagator = null,
        });

        // The name is never resolved.
        _channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
        {
            HttpHandler = _version,
            DisposeHttpClient = true,
            MaxReceiveMessageSize = LargestMessage,
        });
        Runtime = new RuntimeService.RuntimeServiceClient(_channel);
        Images = new ImageService.ImageServiceClient(_channel);
    }

    public string Endpoint { get; }

    public RuntimeService.RuntimeServiceClient Runtime { get; }

    public ImageService.ImageServiceClient Images { get; }

    /// <summary>Finds out which version of the interface the runtime offers, and what it is.</summary>
    /// <exception cref="RpcException">It does not answer.</exception>
    public async Task<VersionResponse> ConnectAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await Runtime.VersionAsync(new VersionRequest(), Within(CallTimeout, cancellationToken));
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.Unimplemented && !_version.IsAlpha)
        {
            _version.IsAlpha = true;
            return await ConnectAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Options of a call whose result has to be known, so that what it makes can be removed.</summary>
    public CallOptions Uncancellable => Within(CallTimeout, CancellationToken.None);

    /// <summary>Options of a call that has to be answered within the usual time.</summary>
    public CallOptions Usual(CancellationToken cancellationToken) => Within(CallTimeout, cancellationToken);

    public CallOptions Within(TimeSpan timeout, CancellationToken cancellationToken) =>
        new(deadline: (_time.GetUtcNow() + timeout).UtcDateTime, cancellationToken: cancellationToken);

    /// <summary>What the runtime says of an error, or why it says nothing.</summary>
    public static string Describe(RpcException exception) =>
        exception.Status.DebugException is HttpRequestException { InnerException: IOException cause } ? cause.Message : exception.Status.Detail;

    /// <summary>An error as the kubelet prints it.</summary>
    public static ContainerRuntimeException Wrap(RpcException exception) =>
        new($"rpc error: code = {CodeOf(exception)} desc = {Describe(exception)}", exception);

    public void Dispose() => _channel.Dispose();

    // Go spells one code otherwise.
    private static string CodeOf(RpcException exception) =>
        exception.StatusCode == StatusCode.Cancelled ? "Canceled" : exception.StatusCode.ToString();

    private static async Task<Stream> OpenAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException exception)
        {
            socket.Dispose();

            // .NET's own words for a socket that nobody has made yet are of an address that cannot be assigned.
            throw new IOException($"dial unix {path}: {(File.Exists(path) ? exception.Message : "no such file or directory")}", exception);
        }
    }
}

/// <summary>Calls version v1alpha2 of the interface, which differs in the service's name only, where there is no v1.</summary>
internal sealed class CriVersionHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    public bool IsAlpha { get; set; }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (IsAlpha)
        {
            request.RequestUri = new UriBuilder(request.RequestUri!)
            {
                Path = request.RequestUri!.AbsolutePath.Replace("/runtime.v1.", "/runtime.v1alpha2.", StringComparison.Ordinal),
            }.Uri;
        }

        return base.SendAsync(request, cancellationToken);
    }
}
