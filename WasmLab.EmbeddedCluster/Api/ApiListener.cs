using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using WasmLab.EmbeddedCluster.Api.Http;
using WasmLab.EmbeddedCluster.Api.Pki;
using WasmLab.Kubernetes;

namespace WasmLab.EmbeddedCluster.Api;

/// <summary>The TLS listener of this process. Any number of API servers share it, each under its own path and with its own credentials.</summary>
internal sealed class ApiListener(ClusterOptions options, ILoggerFactory loggers, TimeProvider time) : IAsyncDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private ImmutableArray<(PathString Path, ApiServer Server)> _mounts = [];
    private CertificateAuthority? _authority;
    private WebApplication? _app;
    private Uri? _address;

    /// <summary>Where it listens.</summary>
    /// <exception cref="InvalidOperationException">It has not started.</exception>
    public Uri Address => _address ?? throw new InvalidOperationException("the API listener has not started");

    private CertificateAuthority Authority => _authority ?? throw new InvalidOperationException("the API listener has not started");

    /// <summary>Listens; does nothing when it does already.</summary>
    /// <exception cref="StartupException">The port is taken.</exception>
    public async Task StartAsync(CancellationToken ct = default)
    {
        await _gate.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (_app is null)
            {
                _authority ??= CertificateAuthority.LoadOrCreate(Path.Combine(options.StateDirectory, "pki"), time);
                _app = await ListenAsync(ct).ConfigureAwait(false);
                _address = new UriBuilder(_app.Urls.First()) { Host = "127.0.0.1" }.Uri;
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Serves an API under a path; the empty path is the root.</summary>
    public void Mount(PathString path, ApiServer server)
    {
        Unmount(path);
        // The longest path first, so that the root takes only what no other does.
        ImmutableInterlocked.Update(ref _mounts, mounts => [.. mounts.Add((path, server)).OrderByDescending(mount => mount.Path.Value!.Length)]);
    }

    /// <summary>Serves nothing under a path any more; requests under way end with the API server itself.</summary>
    public void Unmount(PathString path) =>
        ImmutableInterlocked.Update(ref _mounts, mounts => mounts.RemoveAll(mount => mount.Path == path));

    /// <summary>A kubeconfig with an administrator's credential, which only the API at this path accepts.</summary>
    /// <param name="name">Of its cluster, user and context.</param>
    /// <param name="path">Where the API is mounted.</param>
    public KubeConfig IssueKubeConfig(string name, PathString path = default)
    {
        var (certificate, key) = Authority.IssueClientCertificate("kubernetes-admin", ClientIdentity.Administrators, path.Value ?? "");
        var server = new Uri(Address.GetLeftPart(UriPartial.Authority) + path.Value);
        return KubeConfig.Create(name, server, Authority.CertificatePem, certificate, key);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (_, server) in _mounts)
        {
            server.Dispose();
        }

        if (_app is not null)
        {
            // Watches and log streams end with their servers; whatever else holds on gets cut off.
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1), time);
            await _app.StopAsync(patience.Token).ConfigureAwait(false);
            await _app.DisposeAsync().ConfigureAwait(false);
        }

        _authority?.Dispose();
        _gate.Dispose();
    }

    private async Task<WebApplication> ListenAsync(CancellationToken ct)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.RemoveAll<ILoggerFactory>().AddSingleton(loggers);
        // A source that nobody listens to: a watch is a request that never ends, and would be a span that never ends.
        builder.Services.RemoveAll<ActivitySource>().AddSingleton(new ActivitySource("WasmLab.EmbeddedCluster.Api"));
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(Configure);
        var app = builder.Build();
        app.UseWebSockets();
        app.Run(HandleAsync);
        try
        {
            await app.StartAsync(ct).ConfigureAwait(false);
            return app;
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw StartupException.PortTaken(options.ApiPort, "--api-port, WasmLab:Api:Port", exception);
        }
    }

    private void Configure(KestrelServerOptions kestrel)
    {
        var certificate = Authority.IssueServerCertificate();
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = ApiServer.MaximumBodySize;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.Http2.MaxStreamsPerConnection = 1000;
        kestrel.Listen(IPAddress.Loopback, options.ApiPort, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(new HttpsConnectionAdapterOptions
            {
                ServerCertificate = certificate,
                ClientCertificateMode = ClientCertificateMode.AllowCertificate,
                // Who it belongs to is asked a request later, so that a wrong one gets a readable answer.
                ClientCertificateValidation = (_, _, _) => true,
            });
        });
    }

    private Task HandleAsync(HttpContext context)
    {
        var identity = Authority.Identify(context.Connection.ClientCertificate);
        foreach (var (path, server) in _mounts)
        {
            if (context.Request.Path.StartsWithSegments(path, StringComparison.Ordinal, out var rest))
            {
                var isForThis = identity?.Audience == ClientIdentity.AudienceOf(path.Value ?? "");
                if (!isForThis && identity is not null && IsForAPathAbove(identity, context.Request.Path, path))
                {
                    break;
                }

                context.Request.PathBase = path;
                context.Request.Path = rest;
                if (isForThis)
                {
                    context.Features.Set(identity);
                }

                return server.HandleAsync(context);
            }
        }

        return context.Response.WriteStatusAsync(Statuses.NotFoundPath());
    }

    /// <summary>
    /// Whether the credential is for an API between the request's path and the one that is served: it was mounted there once, and the
    /// one that is served now, the root's for instance, knows neither the credential nor the path.
    /// </summary>
    private static bool IsForAPathAbove(ClientIdentity identity, PathString request, PathString served)
    {
        var path = request.Value!;
        for (var end = path.Length; end > served.Value!.Length; end = path.LastIndexOf('/', end - 1))
        {
            if (identity.Audience == ClientIdentity.AudienceOf(path[..end]))
            {
                return true;
            }
        }

        return false;
    }
}
