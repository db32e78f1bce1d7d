using System.Text.Json.Nodes;

namespace WasmLab.EmbeddedCluster.Api.ManagedFields;

/// <summary>
/// A set of fields of an object, as a tree whose steps are written as <c>FieldsV1</c> writes them: <c>f:name</c> is a field,
/// <c>k:{"name":"x"}</c> an item of a list by its keys, <c>v:"x"</c> a value of a set.
/// </summary>
internal sealed class FieldSet
{
    private readonly SortedDictionary<string, FieldSet> _children = new(StringComparer.Ordinal);

    /// <summary>Whether the field here is itself in the set, not only some below it.</summary>
    public bool Member { get; set; }

    public IEnumerable<KeyValuePair<string, FieldSet>> Children => _children;

    public bool IsEmpty => !Member && _children.Values.All(child => child.IsEmpty);

    /// <summary>The set below a step, or null.</summary>
    public FieldSet? Find(string step) => _children.GetValueOrDefault(step);

    /// <summary>The set below a step, made if need be.</summary>
    public FieldSet At(string step)
    {
        if (!_children.TryGetValue(step, out var child))
        {
            _children[step] = child = new();
        }

        return child;
    }

    /// <summary>Takes a step and all below it out.</summary>
    public void Remove(string step) => _children.Remove(step);

    public FieldSet Union(FieldSet? other)
    {
        var result = Clone();
        if (other is not null)
        {
            result.Member |= other.Member;
            foreach (var (step, child) in other._children)
            {
                result._children[step] = result._children.TryGetValue(step, out var mine) ? mine.Union(child) : child.Clone();
            }
        }

        return result;
    }

    public FieldSet Minus(FieldSet? other)
    {
        var result = new FieldSet { Member = Member && other?.Member != true };
        foreach (var (step, child) in _children)
        {
            var rest = child.Minus(other?.Find(step));
            if (!rest.IsEmpty)
            {
                result._children[step] = rest;
            }
        }

        return result;
    }

    public FieldSet Intersect(FieldSet other)
    {
        var result = new FieldSet { Member = Member && other.Member };
        foreach (var (step, child) in _children)
        {
            if (other.Find(step) is { } theirs && child.Intersect(theirs) is { IsEmpty: false } both)
            {
                result._children[step] = both;
            }
        }

        return result;
    }

    public FieldSet Clone()
    {
        var result = new FieldSet { Member = Member };
        foreach (var (step, child) in _children)
        {
            result._children[step] = child.Clone();
        }

        return result;
    }

    /// <summary>The members as paths for people: <c>.spec.containers[name="web"].image</c>.</summary>
    public IEnumerable<string> Paths(string prefix = "")
    {
        if (Member)
        {
            yield return prefix;
        }

        foreach (var (step, child) in _children)
        {
            var path = step switch
            {
                ['f', ':', .. var name] => $"{prefix}.{name}",
                ['k', ':', .. var keys] => $"{prefix}[{string.Join(',', JsonNode.Parse(keys)!.AsObject().Select(key => $"{key.Key}={key.Value?.ToJsonString()}"))}]",
                ['v', ':', .. var value] => $"{prefix}[={value}]",
                _ => $"{prefix}[{step}]",
            };
            foreach (var below in child.Paths(path))
            {
                yield return below;
            }
        }
    }

    public JsonObject ToJson()
    {
        var json = new JsonObject();
        if (Member && _children.Count > 0)
        {
            json["."] = new JsonObject();
        }

        foreach (var (step, child) in _children)
        {
            json[step] = child.ToJson();
        }

        return json;
    }

    public static FieldSet Parse(JsonObject json) => Parse(json, isRoot: true);

    private static FieldSet Parse(JsonObject json, bool isRoot)
    {
        var result = new FieldSet { Member = !isRoot && json.Count == 0 };
        foreach (var (step, child) in json)
        {
            if (step == ".")
            {
                result.Member = true;
            }
            else if (child is JsonObject below)
            {
                result._children[step] = Parse(below, isRoot: false);
            }
        }

        return result;
    }
}
