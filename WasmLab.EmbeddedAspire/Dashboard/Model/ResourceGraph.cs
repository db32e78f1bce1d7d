using Aspire.Hosting.Dashboard.Client;

namespace Aspire.Hosting.Dashboard.Model;

internal sealed record GraphNode(ResourceView Resource, double X, double Y);

/// <summary>An arrow; it is implied where a longer way leads to the same resource.</summary>
internal sealed record GraphEdge(GraphNode From, GraphNode To, string Type, bool IsImplied)
{
    /// <summary>From what is needed, on the left, to what needs it.</summary>
    public string Path
    {
        get
        {
            var (x1, y1) = (From.X + ResourceGraph.NodeWidth, From.Y + ResourceGraph.NodeHeight / 2);
            var (x2, y2) = (To.X - 4, To.Y + ResourceGraph.NodeHeight / 2);
            var bend = Math.Max(36, Math.Abs(x2 - x1) / 2);
            return FormattableString.Invariant($"M{x1:0.#} {y1:0.#}C{x1 + bend:0.#} {y1:0.#} {x2 - bend:0.#} {y2:0.#} {x2:0.#} {y2:0.#}");
        }
    }
}

/// <summary>
/// A layered drawing of what needs what. A resource stands one column right of the last one that it needs; within a
/// column, resources are sorted by where their neighbours stand, which leaves few crossings.
/// </summary>
internal sealed class ResourceGraph
{
    public const double NodeWidth = 190;
    public const double NodeHeight = 60;
    private const double ColumnGap = 84;
    private const double RowGap = 26;
    private const double Margin = 24;

    private ResourceGraph(IReadOnlyList<GraphNode> nodes, IReadOnlyList<GraphEdge> edges)
    {
        Nodes = nodes;
        Edges = edges;
        Width = nodes.Select(node => node.X + NodeWidth).DefaultIfEmpty().Max() + Margin;
        Height = nodes.Select(node => node.Y + NodeHeight).DefaultIfEmpty().Max() + Margin;
    }

    public IReadOnlyList<GraphNode> Nodes { get; }

    public IReadOnlyList<GraphEdge> Edges { get; }

    public double Width { get; }

    public double Height { get; }

    public static ResourceGraph Layout(IReadOnlyList<ResourceView> resources)
    {
        var needs = resources.ToDictionary(resource => resource.Id, resource => Needs(resource, resources));
        var known = new Dictionary<string, int>();
        var columns = resources.GroupBy(resource => Column(resource.Id, needs, [], known)).OrderBy(group => group.Key).Select(group => group.ToList()).ToList();
        for (var pass = 0; pass < 4; pass++)
        {
            Sort(columns, needs);
        }

        var tallest = columns.Select(column => column.Count).DefaultIfEmpty().Max();
        var nodes = columns.SelectMany((column, x) => column.Select((resource, y) => new GraphNode(
            resource,
            Margin + x * (NodeWidth + ColumnGap),
            Margin + (y + (tallest - column.Count) / 2.0) * (NodeHeight + RowGap)))).ToList();
        var byId = nodes.ToDictionary(node => node.Resource.Id);
        var edges = from node in nodes
                    from need in needs[node.Resource.Id]
                    let isImplied = needs[node.Resource.Id].Keys.Any(other => Reachable(other, resources).Contains(need.Key))
                    select new GraphEdge(byId[need.Key], node, need.Value, isImplied);
        return new ResourceGraph(nodes, [.. edges]);
    }

    /// <summary>
    /// Identifiers of what a resource needs, with the kind of need. To be the child of something is a need where nothing
    /// more telling leads there, and where the parent does not itself need the child.
    /// </summary>
    private static Dictionary<string, string> Needs(ResourceView resource, IReadOnlyList<ResourceView> resources)
    {
        var needs = Targets(resource, resources, parents: false);
        foreach (var (parent, type) in Targets(resource, resources, parents: true))
        {
            if (!Reachable(parent, resources).Contains(resource.Id) && !needs.Keys.Any(need => Reachable(need, resources).Contains(parent)))
            {
                needs.TryAdd(parent, type);
            }
        }

        return needs;
    }

    /// <summary>What is needed, directly or not, parents aside.</summary>
    private static HashSet<string> Reachable(string id, IReadOnlyList<ResourceView> resources)
    {
        var reached = new HashSet<string>();
        var next = new Stack<string>([id]);
        while (next.TryPop(out var current))
        {
            foreach (var need in Targets(resources.First(resource => resource.Id == current), resources, parents: false).Keys.Where(reached.Add))
            {
                next.Push(need);
            }
        }

        return reached;
    }

    private static Dictionary<string, string> Targets(ResourceView resource, IReadOnlyList<ResourceView> resources, bool parents)
    {
        var targets = new Dictionary<string, string>();
        foreach (var relationship in resource.Snapshot.Relationships.Where(relationship => relationship.Type == "Parent" == parents))
        {
            if (resources.FirstOrDefault(candidate => candidate.Is(relationship.ResourceName)) is { } target && target.Id != resource.Id)
            {
                targets.TryAdd(target.Id, relationship.Type);
            }
        }

        return targets;
    }

    private static int Column(string id, Dictionary<string, Dictionary<string, string>> needs, HashSet<string> path, Dictionary<string, int> known)
    {
        if (known.TryGetValue(id, out var column))
        {
            return column;
        }

        // A cycle has no last resource: it is cut where it closes.
        path.Add(id);
        column = needs[id].Keys.Where(need => !path.Contains(need)).Select(need => Column(need, needs, path, known) + 1).DefaultIfEmpty().Max();
        path.Remove(id);
        return known[id] = column;
    }

    private static void Sort(List<List<ResourceView>> columns, Dictionary<string, Dictionary<string, string>> needs)
    {
        var rows = columns.SelectMany(column => column.Select((resource, y) => (resource.Id, Y: y - column.Count / 2.0))).ToDictionary(pair => pair.Id, pair => pair.Y);
        foreach (var column in columns)
        {
            var sorted = column.OrderBy(resource => Neighbours(resource.Id).DefaultIfEmpty(rows[resource.Id]).Average()).ToList();
            column.Clear();
            column.AddRange(sorted);
            for (var y = 0; y < column.Count; y++)
            {
                rows[column[y].Id] = y - column.Count / 2.0;
            }
        }

        IEnumerable<double> Neighbours(string id) => needs[id].Keys.Concat(needs.Where(pair => pair.Value.ContainsKey(id)).Select(pair => pair.Key)).Select(other => rows[other]);
    }
}
