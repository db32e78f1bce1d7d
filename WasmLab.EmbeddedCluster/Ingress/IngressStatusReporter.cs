using System.Globalization;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using WasmLab.EmbeddedCluster.Ingresses.Routing;
using WasmLab.EmbeddedCluster.Ingresses.Telemetry;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Ingresses;

/// <summary>
/// Tells the cluster what the controller does: creates its IngressClass, writes the address into the status of the ingresses it serves, and
/// reports events. What fails is tried again with the next routes, or after a while.
/// </summary>
internal sealed class IngressStatusReporter(KubernetesClient client, TimeProvider timeProvider, ILogger<IngressStatusReporter> logger) : IDisposable
{
    private const string Component = "nginx-ingress-controller";
    private const string Hostname = "localhost";

    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(5);

    private readonly Channel<RouteTableBuild> _builds =
        Channel.CreateBounded<RouteTableBuild>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });

    private readonly Dictionary<(string Uid, string Reason), string> _reported = [];
    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;

    public void Start() => _loop = Task.Run(RunAsync);

    public void Report(RouteTableBuild build) => _builds.Writer.TryWrite(build);

    public async Task StopAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _stop.Dispose();

    private async Task RunAsync()
    {
        var hasClass = false;
        RouteTableBuild? pending = null;
        while (true)
        {
            if (hasClass && pending is null)
            {
                pending = await _builds.Reader.ReadAsync(_stop.Token).ConfigureAwait(false);
            }

            hasClass = hasClass || await TryAsync("IngressClass nginx", EnsureClassAsync).ConfigureAwait(false);
            if (pending is not null && await ReportAsync(pending).ConfigureAwait(false))
            {
                pending = null;
            }

            if (!hasClass || pending is not null)
            {
                await Task.Delay(RetryDelay, timeProvider, _stop.Token).ConfigureAwait(false);
            }

            if (_builds.Reader.TryRead(out var newer))
            {
                pending = newer;
            }
        }
    }

    private async Task EnsureClassAsync(CancellationToken cancellationToken)
    {
        if (await client.FindAsync<IngressClass>(IngressClasses.DefaultName, ct: cancellationToken).ConfigureAwait(false) is not null)
        {
            return;
        }

        try
        {
            var own = new IngressClass
            {
                Metadata = { Name = IngressClasses.DefaultName, Labels = { [ManagedBy.Label] = ManagedBy.Lab } },
                Spec = { Controller = IngressClasses.Controller },
            };
            await client.CreateAsync(own, cancellationToken).ConfigureAwait(false);
        }
        catch (KubernetesException exception) when (exception.IsConflict)
        {
            // Somebody else has just created it.
        }
    }

    private async Task<bool> ReportAsync(RouteTableBuild build)
    {
        var done = true;
        foreach (var (ingress, _) in build.Accepted)
        {
            done &= await TryAsync(NameOf(ingress), token => WriteStatusAsync(ingress, token)).ConfigureAwait(false);
            done &= await ReportOnceAsync(ingress, "Normal", "Sync", "Scheduled for sync").ConfigureAwait(false);
        }

        foreach (var (ingress, reason) in build.Rejected)
        {
            done &= await ReportOnceAsync(ingress, "Warning", "Rejected", reason).ConfigureAwait(false);
        }

        return done;
    }

    private async Task WriteStatusAsync(Ingress ingress, CancellationToken cancellationToken)
    {
        if (ingress.Status.LoadBalancer.Ingress is [{ Hostname: Hostname, Ip: null }])
        {
            return;
        }

        var patch = new JsonObject
        {
            ["status"] = new JsonObject { ["loadBalancer"] = new JsonObject { ["ingress"] = new JsonArray(new JsonObject { ["hostname"] = Hostname }) } },
        };
        await client.PatchAsync<Ingress>(ingress.Metadata.Name!, ingress.Metadata.Namespace, patch, "status", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>One event for each version of an ingress; a change of its status is no new version.</summary>
    private async Task<bool> ReportOnceAsync(Ingress ingress, string type, string reason, string message)
    {
        var key = (ingress.Metadata.Uid ?? NameOf(ingress), reason);
        var version = $"{ingress.Metadata.Generation}\n{message}\n{string.Join('\n', ingress.Metadata.Annotations.OrderBy(pair => pair.Key, StringComparer.Ordinal))}";
        if (_reported.GetValueOrDefault(key) == version)
        {
            return true;
        }

        var reported = await TryAsync(NameOf(ingress), token => client.CreateAsync(EventOf(ingress, type, reason, message), token)).ConfigureAwait(false);
        if (reported)
        {
            _reported[key] = version;
        }

        return reported;
    }

    private Event EventOf(Ingress ingress, string type, string reason, string message)
    {
        var now = timeProvider.GetUtcNow();
        return new Event
        {
            Metadata =
            {
                Name = $"{ingress.Metadata.Name}.{now.UtcTicks.ToString("x", CultureInfo.InvariantCulture)}",
                Namespace = ingress.Metadata.Namespace,
            },
            InvolvedObject = new ObjectReference
            {
                ApiVersion = Ingress.Type.ApiVersion,
                Kind = Ingress.Type.Kind,
                Namespace = ingress.Metadata.Namespace,
                Name = ingress.Metadata.Name,
                Uid = ingress.Metadata.Uid,
                ResourceVersion = ingress.Metadata.ResourceVersion,
            },
            Type = type,
            Reason = reason,
            Message = message,
            Source = new EventSource { Component = Component },
            ReportingComponent = Component,
            FirstTimestamp = now,
            LastTimestamp = now,
            Count = 1,
        };
    }

    /// <returns>False when it has to be tried again. An object that is gone needs no report.</returns>
    private async Task<bool> TryAsync(string name, Func<CancellationToken, Task> report)
    {
        try
        {
            await report(_stop.Token).ConfigureAwait(false);
            return true;
        }
        catch (KubernetesException exception) when (exception.IsNotFound || exception.IsConflict)
        {
            return true;
        }
        catch (Exception exception) when (exception is KubernetesException or HttpRequestException or IOException or System.Text.Json.JsonException
            || (exception is OperationCanceledException && !_stop.IsCancellationRequested))
        {
            Log.ReportFailed(logger, name, exception.Message);
            return false;
        }
    }

    private static string NameOf(Ingress ingress) => $"Ingress {ingress.Metadata.Namespace}/{ingress.Metadata.Name}";
}
