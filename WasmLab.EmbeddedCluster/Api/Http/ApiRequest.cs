using System.Globalization;
using Microsoft.AspNetCore.Http;
using WasmLab.EmbeddedCluster.Api.Pki;
using WasmLab.EmbeddedCluster.Api.Resources;
using WasmLab.EmbeddedCluster.Api.Selectors;
using WasmLab.EmbeddedCluster.Api.Store;

namespace WasmLab.EmbeddedCluster.Api.Http;

/// <summary>A request for a resource, its path taken apart.</summary>
internal sealed record ApiRequest(ApiCore Core, HttpContext Http, ResourceDefinition Resource, string? Namespace, string? Name, string? Subresource)
{
    /// <summary>Ends when the client leaves or the API stops.</summary>
    public required CancellationToken Aborted { get; init; }

    public HttpResponse Response => Http.Response;

    public ClientIdentity Identity => Http.Features.Get<ClientIdentity>()!;

    /// <summary>The object that it names.</summary>
    public ObjectKey Key => new(Resource.StorageName, Namespace ?? "", Name ?? "");

    /// <summary>Nothing is to be stored.</summary>
    public bool DryRun => Query("dryRun") switch
    {
        null => false,
        "All" => true,
        var other => throw Statuses.BadRequest($"dryRun: Unsupported value: \"{other}\": supported values: \"All\"").AsException(),
    };

    /// <summary>Who is to be named as the manager of the fields that are written.</summary>
    public string FieldManager
    {
        get
        {
            var manager = Query("fieldManager");
            if (manager is null)
            {
                var agent = Http.Request.Headers.UserAgent.ToString();
                var slash = agent.IndexOf('/', StringComparison.Ordinal);
                manager = slash > 0 ? agent[..slash] : agent.Length > 0 ? agent : "unknown";
            }

            return manager.Length > 128 ? manager[..128] : manager;
        }
    }

    public string? Query(string name) => Http.Request.Query[name] is [{ Length: > 0 } value, ..] ? value : null;

    public bool Flag(string name) => Query(name) is "true" or "1" or "True" or "TRUE" or "t";

    public long? Number(string name) => Query(name) is not { } text ? null
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : throw Statuses.BadRequest($"{name}: '{text}' is no number").AsException();

    /// <summary>Which objects it asks for.</summary>
    public ObjectFilter Filter()
    {
        try
        {
            return new(
                Resource.Type.Namespaced ? Namespace : null,
                Name,
                LabelSelector.Parse(Query("labelSelector")),
                FieldSelector.Parse(Query("fieldSelector"), Resource.SelectableFields),
                Resource.View);
        }
        catch (FormatException exception)
        {
            throw Statuses.BadRequest(exception.Message).AsException(exception);
        }
    }
}
