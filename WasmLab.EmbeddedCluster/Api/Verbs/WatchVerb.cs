using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Http;
using WasmLab.EmbeddedCluster.Api.Selectors;
using WasmLab.EmbeddedCluster.Api.Store;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Api.Verbs;

/// <summary><c>GET</c> with <c>watch=true</c>: a stream of changes, one JSON object a line.</summary>
internal static class WatchVerb
{
    private const string InitialEventsEnd = "k8s.io/initial-events-end";
    private static readonly TimeSpan s_longest = TimeSpan.FromHours(1);

    public static async Task HandleAsync(ApiRequest request)
    {
        var filter = request.Filter();
        var negotiation = Negotiation.Of(request.Http.Request);
        var (watch, initial) = Start(request);
        using (watch)
        {
            using var timeout = new CancellationTokenSource(Timeout(request), request.Core.Time);
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted, timeout.Token);
            request.Response.StatusCode = 200;
            request.Response.ContentType = Responses.JsonMediaType;
            request.Response.Headers.CacheControl = "no-cache, private";
            var stream = new EventStream(request, negotiation.Representation);
            try
            {
                await WriteInitialAsync(request, stream, initial, filter, ended.Token).ConfigureAwait(false);
                await WriteChangesAsync(request, watch, stream, filter, ended.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (ended.IsCancellationRequested)
            {
                // The client left, the API stops, or the time is over: a watch ends without a word.
            }
        }
    }

    private static (ObjectWatch Watch, ObjectSnapshot? Initial) Start(ApiRequest request)
    {
        var store = request.Core.Store;
        var version = request.Number("resourceVersion");
        var resource = request.Resource.StorageName;
        if (version is > 0 && !request.Flag("sendInitialEvents"))
        {
            return (store.Watch(resource, version)
                ?? throw Statuses.TooOld(version.Value.ToString(CultureInfo.InvariantCulture), store.Revision).AsException(), null);
        }

        // The list is of the watch's start or later; what the watch then repeats is left out.
        var snapshot = store.List(resource)!;
        return (store.Watch(resource, snapshot.Revision)!, request.Query("sendInitialEvents") == "false" ? null : snapshot);
    }

    private static async Task WriteInitialAsync(
        ApiRequest request, EventStream stream, ObjectSnapshot? initial, ObjectFilter filter, CancellationToken ct)
    {
        foreach (var obj in initial?.Objects.Where(filter.Matches) ?? [])
        {
            stream.Write("ADDED", obj);
        }

        if (initial is not null && request.Flag("sendInitialEvents"))
        {
            stream.WriteBookmark(initial.Revision, new JsonObject { [InitialEventsEnd] = "true" });
        }

        // Also with nothing to say: the client waits for the headers.
        await stream.FlushAsync(ct).ConfigureAwait(false);
    }

    private static async Task WriteChangesAsync(ApiRequest request, ObjectWatch watch, EventStream stream, ObjectFilter filter, CancellationToken ct)
    {
        var bookmarks = request.Flag("allowWatchBookmarks");
        while (await watch.Changes.WaitToReadAsync(ct).ConfigureAwait(false))
        {
            while (watch.Changes.TryRead(out var change))
            {
                if (change.Type != ChangeType.Progress)
                {
                    Write(stream, change, filter);
                }
                else if (bookmarks)
                {
                    stream.WriteBookmark(change.Revision, null);
                }
            }

            await stream.FlushAsync(ct).ConfigureAwait(false);
        }

        if (watch.Compacted)
        {
            stream.WriteError(Statuses.Expired("the watch fell too far behind and was ended; list again"));
            await stream.FlushAsync(ct).ConfigureAwait(false);
        }
    }

    /// <summary>An object that comes into, or goes out of, the selection is added or deleted as far as the watch can tell.</summary>
    private static void Write(EventStream stream, ObjectChange change, ObjectFilter filter)
    {
        var before = change.Previous is not null && filter.Matches(change.Previous);
        var after = change.Type != ChangeType.Deleted && filter.Matches(change.Object!);
        switch (before, after)
        {
            case (false, true):
                stream.Write("ADDED", change.Object!);
                break;
            case (true, true):
                stream.Write("MODIFIED", change.Object!);
                break;
            case (true, false):
                stream.Write("DELETED", change.Object!);
                break;
        }
    }

    private static TimeSpan Timeout(ApiRequest request) =>
        request.Number("timeoutSeconds") is > 0 and var seconds && seconds < s_longest.TotalSeconds ? TimeSpan.FromSeconds(seconds) : s_longest;

    private sealed class EventStream(ApiRequest request, Representation representation)
    {
        private readonly System.IO.Pipelines.PipeWriter _body = request.Response.BodyWriter;
        private bool _first = true;

        public void Write(string type, StoredObject obj)
        {
            Write(type, ObjectResponse.Event(request, obj, representation, _first).Span);
            _first = false;
        }

        public void WriteBookmark(long revision, JsonObject? annotations)
        {
            var version = revision.ToString(CultureInfo.InvariantCulture);
            var metadata = new JsonObject { ["resourceVersion"] = version, ["creationTimestamp"] = null };
            if (annotations is not null)
            {
                metadata["annotations"] = annotations;
            }

            var bookmark = representation switch
            {
                Representation.Table => new JsonObject
                {
                    ["kind"] = "Table",
                    ["apiVersion"] = "meta.k8s.io/v1",
                    ["metadata"] = new JsonObject { ["resourceVersion"] = version },
                    ["columnDefinitions"] = new JsonArray(),
                    ["rows"] = new JsonArray(new JsonObject
                    {
                        ["cells"] = new JsonArray(),
                        ["object"] = new JsonObject { ["kind"] = "PartialObjectMetadata", ["apiVersion"] = "meta.k8s.io/v1", ["metadata"] = metadata },
                    }),
                },
                Representation.PartialMetadata =>
                    new JsonObject { ["kind"] = "PartialObjectMetadata", ["apiVersion"] = "meta.k8s.io/v1", ["metadata"] = metadata },
                _ => new JsonObject { ["kind"] = request.Resource.Type.Kind, ["apiVersion"] = request.Resource.Type.ApiVersion, ["metadata"] = metadata },
            };
            Write("BOOKMARK", JsonSerializer.SerializeToUtf8Bytes<JsonNode>(bookmark, KubernetesJson.Options));
        }

        public void WriteError(Status status) => Write("ERROR", JsonSerializer.SerializeToUtf8Bytes(status, KubernetesJson.Options));

        public async Task FlushAsync(CancellationToken ct) => await _body.FlushAsync(ct).ConfigureAwait(false);

        private void Write(string type, ReadOnlySpan<byte> obj)
        {
            Append("{\"type\":\""u8);
            Append(System.Text.Encoding.ASCII.GetBytes(type));
            Append("\",\"object\":"u8);
            Append(obj);
            Append("}\n"u8);
        }

        private void Append(ReadOnlySpan<byte> bytes) => System.Buffers.BuffersExtensions.Write(_body, bytes);
    }
}
