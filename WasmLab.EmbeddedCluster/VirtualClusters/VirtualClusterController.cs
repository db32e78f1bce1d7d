using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WasmLab.EmbeddedCluster.Api;
using WasmLab.EmbeddedCluster.Api.Store;
using WasmLab.EmbeddedCluster.VirtualClusters.Sync;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.VirtualClusters;

/// <summary>Runs a virtual cluster for each VirtualCluster object, and puts its kubeconfig into Secret <c>vc-NAME</c> beside it.</summary>
internal sealed class VirtualClusterController(
    KubernetesClient host, ApiListener listener, ClusterOptions options, TimeProvider time, ILoggerFactory loggers, IPortSource? ports = null)
    : IHostedService, IAsyncDisposable
{
    private const string FieldManager = "virtual-cluster-controller";

    private readonly ILogger _logger = loggers.CreateLogger<VirtualClusterController>();
    private readonly Dictionary<NamespacedName, (string? Uid, VirtualClusterInstance Instance)> _running = [];
    private Informer<VirtualCluster>? _informer;
    private WorkQueue<NamespacedName>? _queue;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await listener.StartAsync(cancellationToken).ConfigureAwait(false);
        await VirtualClusterDefinition.InstallAsync(host, FieldManager, time, cancellationToken).ConfigureAwait(false);
        _informer = new Informer<VirtualCluster>(host, null, null, _logger);
        _queue = new WorkQueue<NamespacedName>(ReconcileAsync, _logger);
        _informer.Changed += change => _queue.Add(NamespacedName.Of(change.Object));
        _queue.Start();
        await _informer.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    public Task StopAsync(CancellationToken cancellationToken) => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        if (_informer is not null && _queue is not null)
        {
            await _informer.DisposeAsync().ConfigureAwait(false);
            await _queue.DisposeAsync().ConfigureAwait(false);
            (_informer, _queue) = (null, null);
        }

        foreach (var (_, instance) in _running.Values)
        {
            await instance.DisposeAsync().ConfigureAwait(false);
        }

        _running.Clear();
    }

    private async Task ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        var wanted = _informer?.Find(key.Name, key.Namespace);
        if (_running.TryGetValue(key, out var running) && running.Uid != wanted?.Metadata.Uid)
        {
            // Forgotten only when all is removed, because what fails is tried again.
            await running.Instance.DisposeAsync().ConfigureAwait(false);
            await RemoveCopiesAsync(key, cancellationToken).ConfigureAwait(false);
            Forget(running.Uid);
            _running.Remove(key);
            _logger.LogInformation("Virtual cluster {Key} is gone", key);
        }

        if (wanted is null || _running.ContainsKey(key))
        {
            return;
        }

        try
        {
            var instance = await VirtualClusterInstance.StartAsync(
                wanted, host, ports, listener, FileOf(wanted), time, loggers, cancellationToken).ConfigureAwait(false);
            _running[key] = (wanted.Metadata.Uid, instance);
            await PublishKubeConfigAsync(wanted, instance, cancellationToken).ConfigureAwait(false);
            await ReportAsync(key, "Running", instance.Server, null, cancellationToken).ConfigureAwait(false);
            _logger.LogInformation("Virtual cluster {Key} answers at {Server}", key, instance.Server);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            await ReportAsync(key, "Failed", null, exception.Message, cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// A cluster that outlives this process keeps the copies: the objects they are copies of have to be there again, unchanged. What was brought
    /// from the host comes anew.
    /// </summary>
    private ObjectFile? FileOf(VirtualCluster virtualCluster) => options.Parts.HasFlag(ClusterParts.Api)
        ? null
        : new ObjectFile(PathOf(virtualCluster.Metadata.Uid), item => item.Key.Resource != Event.ResourceType.Plural && !item.Labels.ContainsKey(SyncScope.FromHostLabel));

    private void Forget(string? uid)
    {
        if (File.Exists(PathOf(uid)))
        {
            File.Delete(PathOf(uid));
        }
    }

    private string PathOf(string? uid) => Path.Combine(options.StateDirectory, "virtualclusters", $"{uid}.jsonl");

    private Task PublishKubeConfigAsync(VirtualCluster virtualCluster, VirtualClusterInstance instance, CancellationToken cancellationToken)
    {
        var name = virtualCluster.Metadata.Name!;
        var config = instance.IssueKubeConfig(name).ToYaml();
        return host.ApplyAsync(
            new Secret
            {
                Metadata = new ObjectMeta
                {
                    Name = $"vc-{name}",
                    Namespace = virtualCluster.Metadata.Namespace,
                    OwnerReferences =
                    [
                        new OwnerReference
                        {
                            ApiVersion = VirtualCluster.Type.ApiVersion,
                            Kind = VirtualCluster.Type.Kind,
                            Name = name,
                            Uid = virtualCluster.Metadata.Uid,
                            Controller = true,
                        },
                    ],
                },
                Type = "Opaque",
                Data = new() { ["config"] = Encoding.UTF8.GetBytes(config) },
            },
            FieldManager,
            cancellationToken);
    }

    private Task ReportAsync(NamespacedName key, string phase, Uri? server, string? message, CancellationToken cancellationToken)
    {
        if (phase == "Running" && _informer?.Find(key.Name, key.Namespace)?.Status is { } told && (told.Phase, told.Server) == (phase, server?.ToString()))
        {
            return Task.CompletedTask;
        }

        var ready = new JsonObject
        {
            ["type"] = "Ready",
            ["status"] = phase == "Running" ? "True" : "False",
            ["reason"] = phase,
            ["message"] = message ?? "",
            ["lastTransitionTime"] = time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture),
        };
        var status = new JsonObject { ["phase"] = phase, ["server"] = server?.ToString(), ["conditions"] = new JsonArray(ready) };
        return host.PatchAsync<VirtualCluster>(key.Name, key.Namespace, new JsonObject { ["status"] = status }, "status", cancellationToken);
    }

    /// <summary>Removes from the host what the virtual cluster had there.</summary>
    private async Task RemoveCopiesAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        await RemoveAsync<Pod>(key, cancellationToken).ConfigureAwait(false);
        await RemoveAsync<Service>(key, cancellationToken).ConfigureAwait(false);
        await RemoveAsync<Kubernetes.Objects.Ingress>(key, cancellationToken).ConfigureAwait(false);
        await RemoveAsync<ConfigMap>(key, cancellationToken).ConfigureAwait(false);
        await RemoveAsync<Secret>(key, cancellationToken).ConfigureAwait(false);
        await host.DeleteAsync<Secret>($"vc-{key.Name}", key.Namespace, null, cancellationToken).ConfigureAwait(false);
    }

    private async Task RemoveAsync<T>(NamespacedName key, CancellationToken cancellationToken)
        where T : KubernetesObject, IKubernetesKind<T>, new()
    {
        var ours = new ListOptions { LabelSelector = $"{SyncScope.OwnerLabel}={key.Name}" };
        var copies = await host.ListAsync<T>(key.Namespace, ours, cancellationToken).ConfigureAwait(false);
        foreach (var copy in copies.Items)
        {
            await host.DeleteAsync<T>(copy.Metadata.Name!, key.Namespace, null, cancellationToken).ConfigureAwait(false);
        }
    }
}
