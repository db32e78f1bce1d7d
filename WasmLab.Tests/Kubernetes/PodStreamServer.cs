using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using WasmLab.Kubernetes;

namespace WasmLab.Tests.Kubernetes;

/// <summary>Speaks the exec and port-forward protocols of an API server, as documented, for one request handler.</summary>
internal sealed class PodStreamServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private PodStreamServer(WebApplication app, KubernetesClient client)
    {
        _app = app;
        Client = client;
    }

    public KubernetesClient Client { get; }

    public static async Task<PodStreamServer> StartAsync(Func<PodStreamConnection, Task> handle, string protocol = "v4.channel.k8s.io")
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.UseWebSockets();
        app.Run(async http =>
        {
            if (http.Request.Path.Value!.Contains("/missing/", StringComparison.Ordinal))
            {
                http.Response.StatusCode = 404;
                await http.Response.WriteAsJsonAsync(new { kind = "Status", status = "Failure", code = 404, reason = "NotFound", message = "pods \"missing\" not found" });
                return;
            }

            using var socket = await http.WebSockets.AcceptWebSocketAsync(protocol);
            await handle(new(http, socket));
        });
        await app.StartAsync();
        return new(app, new(new HttpMessageInvoker(new SocketsHttpHandler()), new Uri(app.Urls.Single())));
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}

/// <summary>One connection as the server sees it.</summary>
internal sealed class PodStreamConnection(HttpContext http, WebSocket socket)
{
    private readonly byte[] _buffer = new byte[256 * 1024];

    public IQueryCollection Query => http.Request.Query;

    public string Path => http.Request.Path.Value!;

    public IList<string> Offered => http.WebSockets.WebSocketRequestedProtocols;

    public Task SendAsync(byte channel, params byte[] data) =>
        socket.SendAsync(new([channel, .. data]), WebSocketMessageType.Binary, true, http.RequestAborted);

    public Task SendAsync(byte channel, string text) => SendAsync(channel, Encoding.UTF8.GetBytes(text));

    /// <summary>As a node begins a port-forward: each channel with its port.</summary>
    public async Task SendPortAsync(int port)
    {
        await SendAsync(0, (byte)port, (byte)(port >> 8));
        await SendAsync(1, (byte)port, (byte)(port >> 8));
    }

    /// <summary>A whole message with its channel; empty at the end.</summary>
    public async Task<byte[]> ReceiveAsync()
    {
        var length = 0;
        while (true)
        {
            var received = await socket.ReceiveAsync(_buffer.AsMemory(length), http.RequestAborted);
            length += received.Count;
            if (received.MessageType == WebSocketMessageType.Close)
            {
                return [];
            }

            if (received.EndOfMessage)
            {
                return _buffer[..length];
            }
        }
    }

    public Task CloseAsync() => socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, http.RequestAborted);

    public void Break() => http.Abort();
}
