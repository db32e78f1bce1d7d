using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WasmLab.EmbeddedCluster.Ingresses.Forwarding;

namespace WasmLab.EmbeddedCluster.Ingresses.Server;

/// <summary>The listening side: HTTP/1.1 and HTTP/2 with prior knowledge on one loopback port.</summary>
internal sealed class IngressServer : IAsyncDisposable
{
    // The limits of ingress-nginx's configuration, where Kestrel has one.
    private const int MaxHeaderBytes = 32 * 1024;
    private const int MaxHeaderCount = 1000;
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(75);
    private static readonly TimeSpan HeaderTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    private readonly WebApplication _application;

    private IngressServer(WebApplication application, int port)
    {
        _application = application;
        Port = port;
    }

    public int Port { get; }

    /// <summary>Listens; port 0 takes a free one.</summary>
    /// <exception cref="StartupException">The port is taken; the message names it and its setting.</exception>
    public static async Task<IngressServer> StartAsync(int port, Forwarder forwarder, ILoggerFactory loggerFactory, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        var http2 = new Http2Handover();
        var logging = RelayLoggerFactory.Create(loggerFactory);
        builder.Services.AddSingleton(logging);
        builder.Services.AddSingleton<IHostLifetime, OwnedLifetime>();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = StopTimeout);
        builder.Services.Configure<SocketTransportOptions>(options =>
        {
            // Nothing here blocks, so a request stays on the thread that received it; and a read is one system call, not two.
            options.UnsafePreferInlineScheduling = true;
            options.WaitForDataBeforeAllocatingBuffer = false;
        });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            Limit(options);
            options.Listen(Http2Handover.EndPoint, listen => listen.Protocols = HttpProtocols.Http2);
            options.Listen(IPAddress.Loopback, port, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.Use(next => connection => http2.DispatchAsync(connection, next));
            });
        });
        // After Kestrel's own, which it only adds where there is none.
        builder.Services.AddSingleton<IConnectionListenerFactory>(http2);
        var application = builder.Build();
        application.Run(forwarder.HandleAsync);
        try
        {
            await application.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            await application.DisposeAsync().ConfigureAwait(false);
            throw exception.InnerException is AddressInUseException || exception is SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse }
                ? StartupException.PortTaken(port, "--ingress-port, WasmLab:Ingress:Port", exception)
                : new StartupException($"the ingress cannot listen on port {port} (--ingress-port, WasmLab:Ingress:Port): {exception.Message}", exception);
        }

        var address = application.Urls.Select(url => new Uri(url)).First(candidate => candidate.IsLoopback);
        return new IngressServer(application, address.Port);
    }

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync(CancellationToken.None).ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
    }

    private static void Limit(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        options.AllowSynchronousIO = false;
        // Header bytes pass through unchanged, whatever encoding client and pod have agreed on.
        options.RequestHeaderEncodingSelector = _ => Encoding.Latin1;
        options.ResponseHeaderEncodingSelector = _ => Encoding.Latin1;
        options.Limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
        options.Limits.MaxRequestHeaderCount = MaxHeaderCount;
        options.Limits.KeepAliveTimeout = KeepAlive;
        options.Limits.RequestHeadersTimeout = HeaderTimeout;
        // Bodies are limited by location and streamed however slowly they come; silence ends them.
        options.Limits.MaxRequestBodySize = null;
        options.Limits.MinRequestBodyDataRate = null;
        options.Limits.MinResponseDataRate = new MinDataRate(1, SendTimeout);
    }

    /// <summary>The process's host starts and stops the server; signals are not for it.</summary>
    private sealed class OwnedLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
