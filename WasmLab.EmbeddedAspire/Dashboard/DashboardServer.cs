using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Dashboard;

/// <summary>
/// One Kestrel for all of the dashboard's listeners: a connection's port tells which of them it belongs to. One server
/// instead of four halves what the dashboard costs at start-up.
/// </summary>
internal sealed class DashboardServer(ILoggerFactory loggerFactory) : IAsyncDisposable
{
    private readonly List<Listener> _listeners = [];
    private WebApplication? _app;

    /// <summary>Adds a listener; to be called before <see cref="StartAsync"/>.</summary>
    public Listener Add(ListenAddress address, HttpProtocols protocols, RequestDelegate handler)
    {
        var listener = new Listener(address, protocols, handler);
        _listeners.Add(listener);
        return listener;
    }

    /// <exception cref="DistributedApplicationException">A port is taken.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _app = Build();
        try
        {
            await _app.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            var taken = _listeners.Select(listener => listener.Address)
                .FirstOrDefault(address => address.Port != 0 && exception.Message.Contains($":{address.Port}:", StringComparison.Ordinal));
            throw taken is null
                ? new DistributedApplicationException(exception.Message, exception)
                : new DistributedApplicationException(
                    $"Port {taken.Port}, which the {taken.Purpose} should listen on, is taken: stop what uses it, or set {taken.Setting} to another address.",
                    exception);
        }

        // Kestrel keeps the order in which the listeners were added; a name such as localhost is two sockets but one address.
        var bound = _app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses;
        foreach (var (listener, address) in _listeners.Zip(bound))
        {
            listener.Port = BindingAddress.Parse(address).Port;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _app, null) is not { } app)
        {
            return;
        }

        // Live streams never end by themselves, so there is nothing to wait for.
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await app.StopAsync(now.Token).ConfigureAwait(false);
        await app.DisposeAsync().ConfigureAwait(false);
    }

    private WebApplication Build()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggerFactory);
        // A name of its own keeps the dashboard out of the traces it shows: each export received would make one more span to export.
        builder.Services.AddSingleton(new ActivitySource("Aspire.Hosting.Dashboard"));
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            _listeners.ForEach(listener => Listen(kestrel, listener));
        });
        var app = builder.Build();
        app.Run(context => _listeners.First(listener => listener.Port == context.Connection.LocalPort).Handler(context));
        return app;
    }

    private static void Listen(KestrelServerOptions kestrel, Listener listener)
    {
        if (listener.Address.Address is { } address)
        {
            kestrel.Listen(address, listener.Address.Port, options => options.Protocols = listener.Protocols);
        }
        else
        {
            kestrel.ListenLocalhost(listener.Address.Port, options => options.Protocols = listener.Protocols);
        }
    }

    internal sealed class Listener(ListenAddress address, HttpProtocols protocols, RequestDelegate handler)
    {
        public ListenAddress Address => address;

        public HttpProtocols Protocols => protocols;

        public RequestDelegate Handler => handler;

        /// <summary>The real port, once the server has started.</summary>
        public int Port { get; set; }

        public string Url => $"http://{Address.Host}:{Port}";
    }
}
