using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Http;
using WasmLab.EmbeddedCluster.Api.Json;
using WasmLab.EmbeddedCluster.Api.Validation;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Api.Resources.Kinds;

/// <summary>Pods.</summary>
internal sealed class PodStrategy : ResourceStrategy
{
    private const long EvictionSeconds = 300;
    private const string ImmutableSpec =
        "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,"
        + "`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

    public override bool HasGeneration => true;

    /// <summary>Being placed on a node is no change of what is wanted.</summary>
    public override bool SameSpec(JsonObject obj, JsonObject old)
    {
        var (spec, before) = (obj.Child("spec").DeepClone().AsObject(), old.Child("spec").DeepClone().AsObject());
        spec.Remove("nodeName");
        before.Remove("nodeName");
        return JsonNode.DeepEquals(spec, before);
    }

    public override void Default(JsonObject obj)
    {
        PodDefaults.Apply(obj.Child("spec"));
        if (obj.Obj("status") is { } status)
        {
            status.Default("phase", "Pending");
        }
    }

    public override void PrepareForCreate(JsonObject obj, ResourceContext context)
    {
        var spec = obj.Child("spec");
        obj["status"] = new JsonObject { ["phase"] = "Pending", ["qosClass"] = QualityOfService(spec) };
        spec.Default("priority", 0);
        spec.Default("preemptionPolicy", "PreemptLowerPriority");
        Tolerate(spec, "node.kubernetes.io/not-ready");
        Tolerate(spec, "node.kubernetes.io/unreachable");
        if (FindRuntimeClass(obj, context) is { } runtimeClass)
        {
            ApplyRuntimeClass(spec, runtimeClass);
        }
    }

    public override void PrepareForUpdate(JsonObject obj, JsonObject old)
    {
        if (obj.Obj("status") is { } status && old.Str("status", "qosClass") is { } qos)
        {
            status["qosClass"] = qos;
        }
    }

    public override void Validate(JsonObject obj, FieldErrors errors) => PodValidation.Validate(obj.Child("spec"), errors);

    public override void ValidateUpdate(JsonObject obj, JsonObject old, FieldErrors errors)
    {
        var wanted = Fixed(obj, old);
        if (!JsonNode.DeepEquals(wanted, old["spec"]))
        {
            errors.Forbidden("spec", ImmutableSpec);
        }
    }

    public override void Admit(JsonObject obj, ResourceContext context)
    {
        if (obj.Str("spec", "runtimeClassName") is { } name && FindRuntimeClass(obj, context) is null)
        {
            throw Statuses.Forbidden(Pod.Type, obj.Str("metadata", "name")!, $"pod rejected: RuntimeClass \"{name}\" not found").AsException();
        }
    }

    public override long GracePeriod(JsonObject obj, long? grace, ResourceContext context)
    {
        if (obj.Str("spec", "nodeName") is null || obj.Str("status", "phase") is "Succeeded" or "Failed")
        {
            return 0;
        }

        return Math.Max(0, grace ?? obj.Int("spec", "terminationGracePeriodSeconds") ?? 30);
    }

    private static JsonObject? FindRuntimeClass(JsonObject pod, ResourceContext context) =>
        pod.Str("spec", "runtimeClassName") is { } name
            ? context.Store.Find(new(ResourceRegistry.RuntimeClasses, "", name))?.ToJson()
            : null;

    private static void ApplyRuntimeClass(JsonObject spec, JsonObject runtimeClass)
    {
        if (runtimeClass.Obj("overhead", "podFixed") is { Count: > 0 } overhead)
        {
            spec["overhead"] = overhead.DeepClone();
        }

        foreach (var (key, value) in runtimeClass.Obj("scheduling", "nodeSelector") ?? [])
        {
            spec.Child("nodeSelector").Default(key, value!.DeepClone());
        }

        foreach (var toleration in runtimeClass.Objects("scheduling", "tolerations"))
        {
            spec.Arr("tolerations")!.Add(toleration.DeepClone());
        }
    }

    /// <summary>The new spec with the fields that may change as they were.</summary>
    private static JsonObject Fixed(JsonObject obj, JsonObject old)
    {
        var spec = obj.Child("spec").DeepClone().AsObject();
        var before = old.Child("spec");
        foreach (var list in (ReadOnlySpan<string>)["containers", "initContainers"])
        {
            foreach (var (container, earlier) in spec.Objects(list).Zip(before.Objects(list)))
            {
                container.CopyFrom("image", earlier);
            }
        }

        spec.CopyFrom("activeDeadlineSeconds", before);
        if (before.Int("terminationGracePeriodSeconds") < 0 && spec.Int("terminationGracePeriodSeconds") == 1)
        {
            spec.CopyFrom("terminationGracePeriodSeconds", before);
        }

        // Binding: a scheduler without the binding subresource sets the node of a pod that has none.
        if (before.Str("nodeName") is null)
        {
            spec.CopyFrom("nodeName", before);
        }

        var tolerations = spec.Objects("tolerations").ToList();
        if (before.Objects("tolerations").All(toleration => tolerations.Exists(kept => JsonNode.DeepEquals(kept, toleration))))
        {
            spec.CopyFrom("tolerations", before);
        }

        return spec;
    }

    private static void Tolerate(JsonObject spec, string taint)
    {
        if (spec["tolerations"] is not JsonArray tolerations)
        {
            spec["tolerations"] = tolerations = [];
        }

        var tolerated = tolerations.OfType<JsonObject>().Any(toleration =>
            (toleration.Str("key") == taint || toleration.Str("key") is null) && toleration.Str("effect") is "NoExecute" or null);
        if (!tolerated)
        {
            tolerations.Add(new JsonObject
            {
                ["key"] = taint,
                ["operator"] = "Exists",
                ["effect"] = "NoExecute",
                ["tolerationSeconds"] = EvictionSeconds,
            });
        }
    }

    private static string QualityOfService(JsonObject spec)
    {
        var any = false;
        var guaranteed = true;
        foreach (var container in PodDefaults.Containers(spec))
        {
            foreach (var resource in (ReadOnlySpan<string>)["cpu", "memory"])
            {
                var limit = container.Str("resources", "limits", resource);
                var request = container.Str("resources", "requests", resource) ?? limit;
                any |= limit is not null || request is not null;
                guaranteed &= limit is not null && Quantity.Parse(limit) == Quantity.Parse(request!);
            }
        }

        return !any ? "BestEffort" : guaranteed ? "Guaranteed" : "Burstable";
    }
}
