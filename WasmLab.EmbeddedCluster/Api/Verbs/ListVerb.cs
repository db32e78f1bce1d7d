using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Http;
using WasmLab.EmbeddedCluster.Api.Store;

namespace WasmLab.EmbeddedCluster.Api.Verbs;

/// <summary><c>GET</c> of a collection, page by page if the client wants.</summary>
internal static class ListVerb
{
    public static Task HandleAsync(ApiRequest request)
    {
        var filter = request.Filter();
        var token = request.Query("continue") is { } text ? ContinueToken.Parse(text) : null;
        var snapshot = Snapshot(request, token);
        var limit = request.Number("limit") is > 0 and var most ? (int)Math.Min(most, int.MaxValue - 1) : int.MaxValue - 1;
        var matching = snapshot.Objects.Where(obj => filter.Matches(obj) && (token is null || token.IsBefore(obj.Key)));
        var page = new List<StoredObject>();
        var remaining = 0;
        foreach (var obj in matching)
        {
            if (page.Count < limit)
            {
                page.Add(obj);
            }
            else
            {
                remaining++;
            }
        }

        var metadata = new JsonObject { ["resourceVersion"] = snapshot.Revision.ToString(CultureInfo.InvariantCulture) };
        if (remaining > 0)
        {
            metadata["continue"] = new ContinueToken(snapshot.Revision, page[^1].Key.Namespace, page[^1].Key.Name).ToString();
            if (filter.Labels.IsEmpty && filter.Fields.IsEmpty)
            {
                metadata["remainingItemCount"] = remaining;
            }
        }

        return request.WriteListAsync(page, metadata);
    }

    private static ObjectSnapshot Snapshot(ApiRequest request, ContinueToken? token)
    {
        var store = request.Core.Store;
        if (token is not null)
        {
            return store.List(request.Resource.StorageName, token.Revision)
                ?? throw Statuses.Expired("The provided continue parameter is too old to display a consistent list result. "
                    + "You must start a new list without the continue parameter.").AsException();
        }

        var version = request.Number("resourceVersion");
        if (version > store.Revision)
        {
            var status = Statuses.ServiceUnavailable($"Too large resource version: {version}, current: {store.Revision}");
            status.Code = 504;
            status.Reason = "Timeout";
            status.Details = new() { Causes = [new() { Reason = "ResourceVersionTooLarge", Message = "Too large resource version" }], RetryAfterSeconds = 1 };
            throw status.AsException();
        }

        return request.Query("resourceVersionMatch") == "Exact" && version > 0
            ? store.List(request.Resource.StorageName, version) ?? throw Statuses.TooOld(version.Value.ToString(CultureInfo.InvariantCulture), store.Revision).AsException()
            : store.List(request.Resource.StorageName)!;
    }

    /// <summary>Where the next page starts, and of which revision it is.</summary>
    private sealed record ContinueToken(long Revision, string Namespace, string Name)
    {
        public static ContinueToken Parse(string text)
        {
            try
            {
                return JsonSerializer.Deserialize<ContinueToken>(Convert.FromBase64String(text))!;
            }
            catch (Exception exception) when (exception is FormatException or JsonException)
            {
                throw Statuses.BadRequest("continue key is not valid").AsException(exception);
            }
        }

        public bool IsBefore(ObjectKey key)
        {
            var order = string.CompareOrdinal(Namespace, key.Namespace);
            return order < 0 || (order == 0 && string.CompareOrdinal(Name, key.Name) < 0);
        }

        public override string ToString() => Convert.ToBase64String(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(this)));
    }
}
