using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using WasmLab.EmbeddedCluster.Ingresses.Balancing;
using WasmLab.EmbeddedCluster.Ingresses.Forwarding;
using WasmLab.EmbeddedCluster.Ingresses.Routing;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;
using WasmLab.Tests.EmbeddedCluster.Ingresses.Support;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Ingresses;

/// <summary>Each folder of Cases holds the ingresses (input.yaml) and where requests go (expected.json).</summary>
[Trait(Category.Name, Category.Unit)]
public sealed class RouteTableCaseTests
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
    };

    public static TheoryData<string> Cases =>
        [.. Directory.EnumerateDirectories(Folder()).Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Build_Case_RoutesEveryRequestAsExpected(string name)
    {
        var folder = Path.Combine(Folder(), name);
        var ingresses = IngressHarness.Objects<Ingress>(Manifest.Parse(File.ReadAllText(Path.Combine(folder, "input.yaml"))));
        var expected = JsonSerializer.Deserialize<Expectation>(File.ReadAllText(Path.Combine(folder, "expected.json")), Json)!;
        using var pools = new UpstreamPools(TimeProvider.System);
        var builder = new RouteTableBuilder(new BackendRegistry(pools).Get);

        var build = builder.Build(ingresses);

        build.Rejected.Select(rejected => rejected.Ingress.Metadata.Name).ShouldBe(expected.Rejected ?? []);
        foreach (var request in expected.Requests)
        {
            Route(build.Table, request).ShouldBe(request with { Comment = null }, $"{name}: {request.Host}{request.Target} {request.Comment}");
        }
    }

    private static Request Route(RouteTable table, Request request)
    {
        if (!RequestPath.TryNormalize(request.Target, out var path, out var query))
        {
            return new Request(request.Host, request.Target, "bad target");
        }

        return table.Find(request.Host, path) is { Location.Backend: { } backend } match
            ? new Request(request.Host, request.Target, backend.Name, match.RewrittenPath is null ? request.Target : RequestPath.Escape(match.RewrittenPath) + query)
            : new Request(request.Host, request.Target, "404");
    }

    private static string Folder([CallerFilePath] string file = "") => Path.Combine(Path.GetDirectoryName(file)!, "Cases");

    // Rejected: names of ingresses that are left out. Backend: name of the upstream, "404" or "bad target".
    private sealed record Expectation(Request[] Requests, string[]? Rejected = null);

    private sealed record Request(string Host, string Target, string Backend, string? Forwarded = null, string? Comment = null);
}
