using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Json;
using WasmLab.EmbeddedCluster.Api.Pki;

namespace WasmLab.EmbeddedCluster.Api.Discovery;

/// <summary>Questions about the asking user: who am I, what may I do. Every user with a credential is an administrator, so all is allowed.</summary>
internal static class ReviewResources
{
    private const string Authorization = "authorization.k8s.io";
    private const string Authentication = "authentication.k8s.io";
    private static readonly string[] s_create = ["create"];

    public static IReadOnlyList<DiscoveredResource> All { get; } =
    [
        new(Authorization, "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview", false, s_create) { Singular = "selfsubjectaccessreview" },
        new(Authorization, "v1", "selfsubjectrulesreviews", "SelfSubjectRulesReview", false, s_create) { Singular = "selfsubjectrulesreview" },
        new(Authentication, "v1", "selfsubjectreviews", "SelfSubjectReview", false, s_create) { Singular = "selfsubjectreview" },
    ];

    /// <summary>Whether the path is that of a review.</summary>
    public static bool Contains(string group, string version, string plural) =>
        All.Any(review => (review.Group, review.Version, review.Name) == (group, version, plural));

    /// <summary>Answers a review.</summary>
    public static JsonObject Answer(string plural, JsonObject? asked, ClientIdentity identity)
    {
        var review = All.First(one => one.Name == plural);
        return new()
        {
            ["kind"] = review.Kind,
            ["apiVersion"] = $"{review.Group}/{review.Version}",
            ["metadata"] = new JsonObject { ["creationTimestamp"] = null },
            ["spec"] = asked.Obj("spec")?.DeepClone() ?? new JsonObject(),
            ["status"] = plural switch
            {
                "selfsubjectaccessreviews" => new JsonObject { ["allowed"] = true, ["reason"] = "every user of this cluster is an administrator" },
                "selfsubjectrulesreviews" => Rules(),
                _ => new JsonObject
                {
                    ["userInfo"] = new JsonObject
                    {
                        ["username"] = identity.User,
                        ["groups"] = new JsonArray([.. identity.Groups.Select(group => JsonValue.Create(group))]),
                    },
                },
            },
        };
    }

    private static JsonObject Rules() => new()
    {
        ["resourceRules"] = new JsonArray(new JsonObject
        {
            ["verbs"] = new JsonArray("*"),
            ["apiGroups"] = new JsonArray("*"),
            ["resources"] = new JsonArray("*"),
        }),
        ["nonResourceRules"] = new JsonArray(new JsonObject { ["verbs"] = new JsonArray("*"), ["nonResourceURLs"] = new JsonArray("*") }),
        ["incomplete"] = false,
    };
}
