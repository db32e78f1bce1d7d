using System.Globalization;
using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Http;
using WasmLab.EmbeddedCluster.Api.Json;
using WasmLab.EmbeddedCluster.Api.Schemas;
using WasmLab.EmbeddedCluster.Api.Verbs;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Api.ManagedFields;

/// <summary>
/// Server-side apply: the object gets every field of the configuration; a field that another manager set to something else is a conflict
/// unless forced; a field that this manager applied before and now leaves out goes, unless another manager owns it too.
/// </summary>
internal sealed class ServerSideApply
{
    private readonly StructType _schema;
    private readonly JsonObject _configuration;
    private readonly FieldSet _applied;
    private readonly ManagerEntry _self;
    private readonly bool _force;

    /// <summary>An apply of a decoded configuration.</summary>
    public ServerSideApply(ApiRequest request, JsonObject configuration, WriteOptions options)
    {
        _schema = FieldOwnership.SchemaOf(request);
        _configuration = configuration;
        _applied = FieldSets.Of(configuration, _schema);
        _force = request.Flag("force");
        if (request.Resource.HasStatus)
        {
            foreach (var (step, _) in _applied.Children.ToList())
            {
                if (step == "f:status" != (options.Subresource == "status"))
                {
                    _applied.Remove(step);
                }
            }
        }

        _self = new(
            options.Manager, ManagerEntry.Apply, request.Resource.Type.ApiVersion, options.Subresource,
            request.Core.Time.GetUtcNow().ToApiTime(), _applied);
    }

    /// <summary>Records the ownership of an object that the apply creates.</summary>
    public void OwnCreation(JsonObject obj) => ManagerEntry.Write(obj, [_self]);

    /// <summary>The object with the configuration applied.</summary>
    /// <exception cref="Kubernetes.KubernetesException">Another manager has set a field to something else.</exception>
    public JsonObject Apply(JsonObject old)
    {
        var obj = old.DeepClone().AsObject();
        ApplyMerge.Merge(obj, _configuration, _schema);
        if (!_force)
        {
            CheckConflicts(old, FieldSets.Compare(old, obj, _schema).Set);
        }

        var entries = ManagerEntry.Read(old);
        var last = entries.Find(_self.IsSame)?.Fields ?? new();
        var owned = entries.Where(entry => !_self.IsSame(entry)).Aggregate(_applied, (union, entry) => union.Union(entry.Fields));
        ApplyMerge.Prune(obj, last.Minus(owned), owned, _schema);
        return obj;
    }

    /// <summary>Records the ownership after the apply.</summary>
    public void Own(JsonObject obj, JsonObject old)
    {
        var changes = FieldSets.Compare(old, obj, _schema);
        var entries = new List<ManagerEntry>();
        var found = false;
        foreach (var entry in ManagerEntry.Read(old))
        {
            if (_self.IsSame(entry))
            {
                found = true;
                var same = JsonNode.DeepEquals(entry.Fields.ToJson(), _applied.ToJson());
                entries.Add(same ? entry : _self);
            }
            else
            {
                entries.Add(entry with { Fields = entry.Fields.Minus(changes.Removed).Minus(changes.Set.Intersect(_applied)) });
            }
        }

        if (!found)
        {
            entries.Add(_self);
        }

        ManagerEntry.Write(obj, entries);
    }

    private void CheckConflicts(JsonObject old, FieldSet changed)
    {
        var conflicts = new List<(ManagerEntry Owner, string Path)>();
        foreach (var entry in ManagerEntry.Read(old).Where(entry => !_self.IsSame(entry)))
        {
            conflicts.AddRange(entry.Fields.Intersect(changed).Intersect(_applied).Paths().Select(path => (entry, path)));
        }

        if (conflicts.Count == 0)
        {
            return;
        }

        var causes = conflicts.Select(conflict => new StatusCause
        {
            Reason = "FieldManagerConflict",
            Message = $"conflict with {Describe(conflict.Owner)}",
            Field = conflict.Path,
        });
        throw Statuses.ApplyConflict(Message(conflicts), causes).AsException();
    }

    private static string Message(List<(ManagerEntry Owner, string Path)> conflicts)
    {
        if (conflicts is [var only])
        {
            return $"Apply failed with 1 conflict: conflict with {Describe(only.Owner)}: {only.Path}";
        }

        var groups = conflicts.GroupBy(conflict => Describe(conflict.Owner)).Select(group =>
            $"conflicts with {group.Key}:\n{string.Join('\n', group.Select(conflict => $"- {conflict.Path}"))}");
        return string.Create(CultureInfo.InvariantCulture, $"Apply failed with {conflicts.Count} conflicts: {string.Join('\n', groups)}");
    }

    private static string Describe(ManagerEntry owner)
    {
        var text = $"\"{owner.Manager}\"";
        if (owner.Subresource is not null)
        {
            text += $" with subresource \"{owner.Subresource}\"";
        }

        return owner.Operation == ManagerEntry.Update ? $"{text} using {owner.ApiVersion}" : text;
    }
}
