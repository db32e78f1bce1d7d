using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using WasmLab.EmbeddedCluster.Api.Http;
using WasmLab.EmbeddedCluster.Api.Pki;
using WasmLab.EmbeddedCluster.Api.Resources;
using WasmLab.EmbeddedCluster.Api.Resources.Kinds;
using WasmLab.EmbeddedCluster.Api.Store;
using WasmLab.EmbeddedCluster.Api.Verbs;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Api;

/// <summary>
/// One Kubernetes API with a store of its own. A process can have any number; an <see cref="ApiListener"/> brings them to the network,
/// and <see cref="CreateClient"/> reaches one without it.
/// </summary>
internal sealed class ApiServer : IDisposable
{
    /// <summary>As upstream limits a request.</summary>
    public const long MaximumBodySize = 3 * 1024 * 1024;

    /// <summary>The version of Kubernetes whose behaviour this API has.</summary>
    public const string Version = "v1.34.0+wasmlab";

    private static readonly TimeSpan s_upkeepPeriod = TimeSpan.FromSeconds(30);
    private static readonly DateTimeOffset s_firstRevisionEpoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly ApiCore _core;
    private readonly ITimer _upkeep;
    private readonly StorePersistence? _persistence;
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>An API with the objects of an earlier run, if those are kept, and the namespaces that every cluster has.</summary>
    /// <param name="loggers">For what goes wrong inside.</param>
    /// <param name="time">For timestamps.</param>
    /// <param name="logSource">Finds who knows the logs of containers, when one is asked for; null, or one that finds nobody: logs are not implemented.</param>
    /// <param name="portSource">Finds who reaches the ports of pods, likewise.</param>
    /// <param name="file">Keeps the objects for a later run; null keeps them in memory only.</param>
    public ApiServer(
        ILoggerFactory loggers, TimeProvider time, Func<ILogSource?>? logSource = null, Func<IPortSource?>? portSource = null, ObjectFile? file = null)
    {
        // Revisions start at the time, so that one of an earlier run is too old rather than yet to come.
        var store = new MemoryObjectStore((long)(time.GetUtcNow() - s_firstRevisionEpoch).TotalMilliseconds);
        _core = new(store, new ServiceAddresses(), time, loggers.CreateLogger<ApiServer>(), logSource, portSource, _stopping.Token);
        _upkeep = time.CreateTimer(_ => KeepUp(store), null, s_upkeepPeriod, s_upkeepPeriod);
        if (file is not null)
        {
            Restore(file);
            _persistence = new(store, file, time, _core.Logger);
        }

        CreatePermanentNamespaces();
    }

    /// <summary>A client of this API that needs no network; its user is the process itself.</summary>
    public KubernetesClient CreateClient() =>
        new(new HttpMessageInvoker(new InProcessHandler(HandleAsync)), new Uri("http://localhost"));

    /// <summary>Answers one request, whose path begins where this API is mounted.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        if (context.Features.Get<ClientIdentity>() is null)
        {
            await context.Response.WriteStatusAsync(Statuses.Unauthorized()).ConfigureAwait(false);
            return;
        }

        using var aborted = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _core.Stopping);
        try
        {
            await ApiRouter.HandleAsync(_core, context, aborted.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (aborted.IsCancellationRequested)
        {
            // The client left, or the API stops.
        }
#pragma warning disable CA1031 // A fault in one request must not end the connection that carries others.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            await AnswerAsync(context, exception).ConfigureAwait(false);
        }
    }

    /// <summary>Ends every watch and log stream.</summary>
    public void Dispose()
    {
        if (!_stopping.IsCancellationRequested)
        {
            _stopping.Cancel();
            _upkeep.Dispose();
            _persistence?.Dispose();
        }
    }

    private async Task AnswerAsync(HttpContext context, Exception exception)
    {
        if (context.Response.HasStarted)
        {
            _core.Logger.LogWarning(exception, "{Method} {Path} broke off", context.Request.Method, context.Request.Path);
            context.Abort();
            return;
        }

        Status status;
        switch (exception)
        {
            case KubernetesException refused:
                status = refused.Status;
                break;
            case BadHttpRequestException bad:
                status = bad.StatusCode == 413 ? Statuses.TooLarge(MaximumBodySize) : Statuses.BadRequest(bad.Message);
                break;
            case JsonException malformed:
                status = Statuses.BadRequest(malformed.Message);
                break;
            default:
                _core.Logger.LogError(exception, "{Method} {Path} failed", context.Request.Method, context.Request.Path);
                status = Statuses.InternalError(exception.Message);
                break;
        }

        await context.Response.WriteStatusAsync(status).ConfigureAwait(false);
    }

    private void KeepUp(MemoryObjectStore store)
    {
        EventExpiry.Remove(store, _core.Time.GetUtcNow());
        store.ReportProgress();
    }

    private void Restore(ObjectFile file)
    {
        foreach (var (key, obj) in file.Read())
        {
            _core.Store.Create(key, obj);
            if (key.Resource == Service.Type.Plural && (string?)obj["spec"]?["clusterIP"] is { } address)
            {
                _core.Addresses.Take(address);
            }
        }
    }

    private void CreatePermanentNamespaces()
    {
        var resource = ResourceRegistry.Of(Namespace.Type);
        var options = new WriteOptions(false, "kube-apiserver", null, FieldValidation.Ignore, _ => { });
        foreach (var name in NamespaceStrategy.Permanent.Where(name => _core.Store.Find(new(Namespace.Type.Plural, "", name)) is null))
        {
            var obj = new JsonObject { ["kind"] = "Namespace", ["apiVersion"] = "v1", ["metadata"] = new JsonObject { ["name"] = name } };
            ObjectCreation.Create(_core, resource, obj, null, options);
        }
    }
}
