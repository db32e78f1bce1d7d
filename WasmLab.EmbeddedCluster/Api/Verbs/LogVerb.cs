using System.Globalization;
using System.Text.Json;
using WasmLab.EmbeddedCluster.Api.Http;
using WasmLab.EmbeddedCluster.Api.Json;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Api.Verbs;

/// <summary><c>GET</c> of a pod's log.</summary>
internal static class LogVerb
{
    public static async Task HandleAsync(ApiRequest request)
    {
        var found = request.Core.Store.Find(request.Key) ?? throw Statuses.NotFound(request.Resource.Type, request.Name!).AsException();
        var container = Container(found.Root, request);
        var source = request.Core.LogSource?.Invoke()
            ?? throw Statuses.NotImplemented("no part of this cluster knows the logs of containers: the node does not run in this process").AsException();
        var pod = found.Root.Deserialize<Pod>(KubernetesJson.Options)!;
        request.Response.ContentType = "text/plain";
        request.Response.Headers.CacheControl = "no-cache, private";
        await source.WriteLogAsync(pod, container, Options(request, container), request.Response.Body, request.Aborted).ConfigureAwait(false);
        await request.Response.Body.FlushAsync(request.Aborted).ConfigureAwait(false);
    }

    private static string Container(JsonElement pod, ApiRequest request)
    {
        var containers = pod.Items("spec", "initContainers").Concat(pod.Items("spec", "containers")).Select(one => one.Str("name")!).ToList();
        if (request.Query("container") is { } asked)
        {
            return containers.Contains(asked)
                ? asked
                : throw Statuses.BadRequest($"container {asked} is not valid for pod {request.Name}").AsException();
        }

        var running = pod.Items("spec", "containers").Select(one => one.Str("name")!).ToList();
        return running is [var only]
            ? only
            : pod.Str("metadata", "annotations", "kubectl.kubernetes.io/default-container") is { } preferred && running.Contains(preferred)
                ? preferred
                : throw Statuses.BadRequest(
                    $"a container name must be specified for pod {request.Name}, choose one of: [{string.Join(' ', containers)}]").AsException();
    }

    private static LogOptions Options(ApiRequest request, string container)
    {
        foreach (var name in (ReadOnlySpan<string>)["tailLines", "sinceSeconds", "limitBytes"])
        {
            if (request.Number(name) is < 0 and var negative)
            {
                var cause = new StatusCause
                {
                    Reason = "FieldValueInvalid",
                    Field = name,
                    Message = string.Create(CultureInfo.InvariantCulture, $"Invalid value: {negative}: must be greater than or equal to 0"),
                };
                throw Statuses.Invalid(new("", "v1", "PodLogOptions", "podlogoptions", true), "", [cause]).AsException();
            }
        }

        return new()
        {
            Container = container,
            Follow = request.Flag("follow"),
            Previous = request.Flag("previous"),
            Timestamps = request.Flag("timestamps"),
            TailLines = request.Number("tailLines"),
            SinceSeconds = request.Number("sinceSeconds"),
            SinceTime = request.Query("sinceTime") is not { } time ? null
                : DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var parsed) ? parsed
                : throw Statuses.BadRequest($"sinceTime: '{time}' is no RFC 3339 time").AsException(),
            LimitBytes = request.Number("limitBytes"),
        };
    }
}
