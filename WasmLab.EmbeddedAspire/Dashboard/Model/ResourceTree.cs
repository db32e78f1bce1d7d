using Aspire.Hosting.Dashboard.Client;

namespace Aspire.Hosting.Dashboard.Model;

internal sealed record ResourceRow(ResourceView Resource, int Depth, bool HasChildren);

/// <summary>The rows of the resources table: children below their parents, in the order of the model otherwise.</summary>
internal static class ResourceTree
{
    public static IReadOnlyList<ResourceRow> Rows(IReadOnlyList<ResourceView> resources)
    {
        var children = resources.ToLookup(resource => resources.FirstOrDefault(parent =>
            resource.ParentName is { } name && parent.Is(name) && !ReferenceEquals(parent, resource))?.Id ?? "");
        var rows = new List<ResourceRow>();
        var seen = new HashSet<string>();
        AddChildren("", 0);

        // Parents that are each other's children hang below nothing; they are shown all the same.
        rows.AddRange(resources.Where(resource => seen.Add(resource.Id)).Select(resource => new ResourceRow(resource, 0, false)));
        return rows;

        void AddChildren(string parent, int depth)
        {
            foreach (var resource in children[parent].Where(resource => seen.Add(resource.Id)))
            {
                rows.Add(new ResourceRow(resource, Math.Min(depth, 6), children.Contains(resource.Id)));
                AddChildren(resource.Id, depth + 1);
            }
        }
    }

    public static bool Matches(ResourceView resource, string? text) => text is null || new[] { resource.Name, resource.Id, resource.Type, resource.StateText, resource.Source }
        .Concat(resource.Urls.Select(url => url.Url))
        .Any(value => value?.Contains(text, StringComparison.OrdinalIgnoreCase) == true);
}
