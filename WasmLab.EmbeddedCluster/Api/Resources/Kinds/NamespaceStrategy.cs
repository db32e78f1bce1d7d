using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Http;
using WasmLab.EmbeddedCluster.Api.Json;
using WasmLab.EmbeddedCluster.Api.Validation;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Api.Resources.Kinds;

/// <summary>Namespaces: one that is deleted stays, terminating, until its spec's finalizers are gone.</summary>
internal sealed class NamespaceStrategy : ResourceStrategy
{
    private const string NameLabel = "kubernetes.io/metadata.name";
    private const string Finalizer = "kubernetes";

    /// <summary>The namespaces that every cluster has.</summary>
    public static IReadOnlyList<string> Permanent { get; } = ["default", "kube-node-lease", "kube-public", "kube-system"];

    public override string? NameError(string name) => Names.Label(name);

    public override void Default(JsonObject obj)
    {
        if (obj.Str("metadata", "name") is { } name)
        {
            obj.Child("metadata").Child("labels")[NameLabel] = name;
        }

        obj.Child("status").Default("phase", "Active");
    }

    public override void PrepareForCreate(JsonObject obj, ResourceContext context)
    {
        obj["spec"] = new JsonObject { ["finalizers"] = new JsonArray(Finalizer) };
        obj["status"] = new JsonObject { ["phase"] = "Active" };
    }

    /// <summary>The spec is changed by the <c>finalize</c> subresource only.</summary>
    public override void PrepareForUpdate(JsonObject obj, JsonObject old) => obj.CopyFrom("spec", old);

    public override long GracePeriod(JsonObject obj, long? grace, ResourceContext context)
    {
        var name = obj.Str("metadata", "name")!;
        return Permanent.Contains(name) && name != "kube-node-lease"
            ? throw Statuses.Forbidden(Namespace.Type, name, "this namespace may not be deleted").AsException()
            : 0;
    }

    public override bool IsHeld(JsonObject obj) => obj.Arr("spec", "finalizers") is { Count: > 0 };

    public override void MarkDeleted(JsonObject obj) => obj.Child("status")["phase"] = "Terminating";
}
