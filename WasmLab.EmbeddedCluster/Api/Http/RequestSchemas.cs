using WasmLab.EmbeddedCluster.Api.Resources;
using WasmLab.EmbeddedCluster.Api.Schemas;

namespace WasmLab.EmbeddedCluster.Api.Http;

/// <summary>The schemas of everything that clients send: the kinds served, and those that are only part of a request.</summary>
internal static class RequestSchemas
{
    private static readonly Dictionary<(string ApiVersion, string Kind), string> s_requests = new()
    {
        [("v1", "DeleteOptions")] = "meta.v1.DeleteOptions",
        [("meta.k8s.io/v1", "DeleteOptions")] = "meta.v1.DeleteOptions",
        [("v1", "Binding")] = "core.v1.Binding",
        [("policy/v1", "Eviction")] = "policy.v1.Eviction",
        [("authorization.k8s.io/v1", "SelfSubjectAccessReview")] = "authorization.v1.SelfSubjectAccessReview",
        [("authorization.k8s.io/v1", "SelfSubjectRulesReview")] = "authorization.v1.SelfSubjectRulesReview",
        [("authentication.k8s.io/v1", "SelfSubjectReview")] = "authentication.v1.SelfSubjectReview",
    };

    /// <summary>The schema of a kind; null when clients have no reason to send it.</summary>
    public static StructType? Find(string apiVersion, string kind)
    {
        var resource = ResourceRegistry.All.FirstOrDefault(one => one.Type.Kind == kind && one.Type.ApiVersion == apiVersion);
        return resource?.Schema
            ?? (s_requests.TryGetValue((apiVersion, kind), out var name) ? SchemaCatalog.Default[name]
            // Every group knows the options of deletions.
            : kind == "DeleteOptions" ? SchemaCatalog.Default["meta.v1.DeleteOptions"]
            : null);
    }
}
