using System.Net;
using System.Net.Sockets;
using WasmLab.Kubernetes;

namespace WasmLab.Hosting.PortForwards;

/// <summary>A port of loopback whose connections lead to a service of the cluster.</summary>
internal sealed class PortForward : IAsyncDisposable
{
    private const int BufferSize = 32 * 1024;

    private readonly TcpListener _listener;
    private readonly ServiceForward _service;
    private readonly CancellationTokenSource _closed = new();
    private readonly Task _accepting;

    private PortForward(TcpListener listener, ServiceForward service)
    {
        _listener = listener;
        _service = service;
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        using (ExecutionContext.SuppressFlow())
        {
            _accepting = Task.Run(AcceptAsync);
        }
    }

    public int Port { get; }

    public static PortForward Start(ServiceForward service)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new PortForward(listener, service);
    }

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task AcceptAsync()
    {
        while (!_closed.IsCancellationRequested)
        {
            var connection = await _listener.AcceptTcpClientAsync(_closed.Token).ConfigureAwait(false);
            connection.NoDelay = true;
            _ = Task.Run(() => RelayAsync(connection, _closed.Token));
        }
    }

    /// <summary>Either side's end ends both: there is no half-close through an API server.</summary>
    private async Task RelayAsync(TcpClient connection, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using (connection)
        {
            try
            {
                var near = connection.GetStream();
                var far = await _service.ConnectAsync(ended.Token).ConfigureAwait(false);
                await using (far.ConfigureAwait(false))
                {
                    var there = near.CopyToAsync(far, BufferSize, ended.Token);
                    var back = far.CopyToAsync(near, BufferSize, ended.Token);
                    await Task.WhenAny(there, back).ConfigureAwait(false);
                    await ended.CancelAsync().ConfigureAwait(false);
                    await Task.WhenAll(there, back).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }
            catch (Exception exception) when (exception is IOException or HttpRequestException or KubernetesException or OperationCanceledException)
            {
                // The client sees its connection end, as kubectl's does; its health check says why.
            }
        }
    }
}
