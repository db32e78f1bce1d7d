using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using WasmLab.EmbeddedCluster.Ingresses.Balancing;
using WasmLab.EmbeddedCluster.Ingresses.Forwarding;
using WasmLab.EmbeddedCluster.Ingresses.Routing;
using WasmLab.EmbeddedCluster.Ingresses.Telemetry;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Ingresses;

/// <summary>
/// Watches ingresses, their classes, services and endpoint slices, and after every change gives the forwarder new routes. Telling the cluster
/// about it (<see cref="IngressStatusReporter"/>) happens aside, so a slow API delays no route.
/// </summary>
internal sealed class IngressController : IDisposable
{
    private readonly Informer<Ingress> _ingresses;
    private readonly Informer<IngressClass> _classes;
    private readonly Informer<Service> _services;
    private readonly Informer<EndpointSlice> _slices;
    private readonly Informer<Namespace>? _namespaces;
    private readonly BackendRegistry _backends;
    private readonly RouteTableBuilder _builder;
    private readonly Forwarder _forwarder;
    private readonly IngressStatusReporter _reporter;
    private readonly ILogger<IngressController> _logger;
    private readonly CancellationTokenSource _stop = new();

    // Holds at most one wish to build: however many changes come while routes are built, they are built once more.
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly HashSet<(string? Uid, string Notice)> _told = [];
    private Task _loop = Task.CompletedTask;
    private (int Ingresses, int Hosts, int Locations) _size;

    /// <param name="client">The cluster.</param>
    /// <param name="backends">Gets the endpoints.</param>
    /// <param name="forwarder">Gets the routes.</param>
    /// <param name="reporter">Tells the cluster.</param>
    /// <param name="logger">The log.</param>
    /// <param name="namespaceSelector">Labels of the namespaces whose ingresses are served; null serves all.</param>
    public IngressController(
        KubernetesClient client, BackendRegistry backends, Forwarder forwarder, IngressStatusReporter reporter, ILogger<IngressController> logger, string? namespaceSelector = null)
    {
        _backends = backends;
        _builder = new RouteTableBuilder(backends.Get);
        _forwarder = forwarder;
        _reporter = reporter;
        _logger = logger;
        _ingresses = Watch<Ingress>(client);
        _classes = Watch<IngressClass>(client);
        _services = Watch<Service>(client);
        _slices = Watch<EndpointSlice>(client);
        _namespaces = namespaceSelector is null ? null : Watch<Namespace>(client, new ListOptions { LabelSelector = namespaceSelector });
    }

    /// <summary>Returns when the routes of what the cluster holds now are in place.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _reporter.Start();
        await Task.WhenAll(
            _ingresses.StartAsync(cancellationToken),
            _classes.StartAsync(cancellationToken),
            _services.StartAsync(cancellationToken),
            _slices.StartAsync(cancellationToken),
            _namespaces?.StartAsync(cancellationToken) ?? Task.CompletedTask).ConfigureAwait(false);
        Build();
        _loop = Task.Run(RunAsync, CancellationToken.None);
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _reporter.StopAsync().ConfigureAwait(false);
        await _ingresses.DisposeAsync().ConfigureAwait(false);
        await _classes.DisposeAsync().ConfigureAwait(false);
        await _services.DisposeAsync().ConfigureAwait(false);
        await _slices.DisposeAsync().ConfigureAwait(false);
        if (_namespaces is not null)
        {
            await _namespaces.DisposeAsync().ConfigureAwait(false);
        }
    }

    public void Dispose() => _stop.Dispose();

    private async Task RunAsync()
    {
        await foreach (var _ in _changes.Reader.ReadAllAsync(_stop.Token).ConfigureAwait(false))
        {
            Build();
        }
    }

    private void Build()
    {
        try
        {
            var classes = new IngressClasses(_classes.Items);
            var build = _builder.Build(_ingresses.Items.Where(ingress => IsWatched(ingress) && classes.Claims(ingress)));
            // Endpoints before routes: a new route never meets a backend that has not been looked up.
            _backends.Refresh(_services.Items, _slices.Items);
            _forwarder.Table = build.Table;
            Tell(build);
            _reporter.Report(build);
        }
#pragma warning disable CA1031 // Whatever is wrong with one object, requests go on with the routes there were.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.BuildFailed(_logger, exception);
        }
    }

    private void Tell(RouteTableBuild build)
    {
        foreach (var (ingress, reason) in build.Rejected)
        {
            if (_told.Add((ingress.Metadata.Uid, reason)))
            {
                Log.IngressRejected(_logger, $"{ingress.Metadata.Namespace}/{ingress.Metadata.Name}", reason);
            }
        }

        foreach (var (ingress, unknown) in build.Accepted)
        {
            var names = string.Join(", ", unknown);
            if (unknown.Count > 0 && _told.Add((ingress.Metadata.Uid, names)))
            {
                Log.UnknownAnnotations(_logger, $"{ingress.Metadata.Namespace}/{ingress.Metadata.Name}", names);
            }
        }

        var servers = build.Table.Servers.ToList();
        var size = (build.Accepted.Count, servers.Count(server => server.Host != RouteTable.CatchAll), servers.Sum(server => server.Locations.Count));
        if (size != _size)
        {
            _size = size;
            Log.RoutesChanged(_logger, size.Count, size.Item2, size.Item3);
        }
    }

    private bool IsWatched(Ingress ingress) => _namespaces is null || _namespaces.Find(ingress.Metadata.Namespace!) is not null;

    private Informer<T> Watch<T>(KubernetesClient client, ListOptions? options = null)
        where T : KubernetesObject, IKubernetesKind<T>, new()
    {
        var informer = new Informer<T>(client, options: options, logger: _logger);
        informer.Changed += _ => _changes.Writer.TryWrite(true);
        return informer;
    }
}
