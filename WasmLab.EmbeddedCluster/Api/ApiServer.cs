using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using WasmLab.EmbeddedCluster.Api.Http;
using WasmLab.EmbeddedCluster.Api.Pki;
using WasmLab.Kubernetes;

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

    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>An API with no objects but the namespaces that every cluster has.</summary>
    /// <param name="loggers">For what goes wrong inside.</param>
    /// <param name="time">For timestamps.</param>
    /// <param name="logSource">Finds who knows the logs of containers, when one is asked for; null, or one that finds nobody: logs are not implemented.</param>
    public ApiServer(ILoggerFactory loggers, TimeProvider time, Func<ILogSource?>? logSource = null)
    {
        _logger = loggers.CreateLogger<ApiServer>();
        _ = time;
        _ = logSource;
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

        try
        {
            await (context.Request.Path.Value switch
            {
                "/healthz" or "/livez" or "/readyz" => context.Response.WriteTextAsync("ok"),
                "/version" => context.Response.WriteJsonAsync(new JsonObject { ["gitVersion"] = Version }),
                _ => context.Response.WriteStatusAsync(Statuses.NotFoundPath()),
            }).ConfigureAwait(false);
        }
        catch (KubernetesException exception)
        {
            _logger.LogDebug(exception, "refused");
            await context.Response.WriteStatusAsync(exception.Status).ConfigureAwait(false);
        }
    }

    /// <summary>Ends every watch and log stream.</summary>
    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }
}
