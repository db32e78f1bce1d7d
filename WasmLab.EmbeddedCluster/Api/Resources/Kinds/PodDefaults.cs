using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Json;

namespace WasmLab.EmbeddedCluster.Api.Resources.Kinds;

/// <summary>What a pod has that nobody wrote.</summary>
internal static class PodDefaults
{
    private const int FileMode = 420; // 0644

    public static void Apply(JsonObject spec)
    {
        spec.Default("restartPolicy", "Always");
        spec.Default("dnsPolicy", "ClusterFirst");
        spec.Default("terminationGracePeriodSeconds", 30);
        spec.Default("securityContext", new JsonObject());
        spec.Default("schedulerName", "default-scheduler");
        spec.Default("enableServiceLinks", true);
        if (spec.Str("serviceAccount") is { } account)
        {
            spec.Default("serviceAccountName", account);
        }

        spec.Default("serviceAccountName", "default");
        spec.Default("serviceAccount", spec.Str("serviceAccountName")!);
        foreach (var container in Containers(spec))
        {
            Container(container);
        }

        foreach (var volume in spec.Objects("volumes"))
        {
            Volume(volume);
        }
    }

    /// <summary>All containers, those for initialization first.</summary>
    public static IEnumerable<JsonObject> Containers(JsonObject spec) =>
        spec.Objects("initContainers").Concat(spec.Objects("containers")).Concat(spec.Objects("ephemeralContainers"));

    private static void Container(JsonObject container)
    {
        container.Default("terminationMessagePath", "/dev/termination-log");
        container.Default("terminationMessagePolicy", "File");
        container.Default("resources", new JsonObject());
        if (container.Str("image") is { } image)
        {
            container.Default("imagePullPolicy", HasMovingTag(image) ? "Always" : "IfNotPresent");
        }

        foreach (var port in container.Objects("ports"))
        {
            port.Default("protocol", "TCP");
        }

        foreach (var variable in container.Objects("env"))
        {
            variable.Obj("valueFrom", "fieldRef")?.Default("apiVersion", "v1");
        }

        foreach (var name in (ReadOnlySpan<string>)["livenessProbe", "readinessProbe", "startupProbe"])
        {
            Probe(container.Obj(name));
        }

        HttpGet(container.Obj("lifecycle", "postStart", "httpGet"));
        HttpGet(container.Obj("lifecycle", "preStop", "httpGet"));
        if (container.Obj("resources", "limits") is { } limits)
        {
            var requests = container.Child("resources").Child("requests");
            foreach (var (resource, limit) in limits)
            {
                requests.Default(resource, limit!.DeepClone());
            }
        }
    }

    private static void Probe(JsonObject? probe)
    {
        if (probe is null)
        {
            return;
        }

        probe.Default("timeoutSeconds", 1);
        probe.Default("periodSeconds", 10);
        probe.Default("successThreshold", 1);
        probe.Default("failureThreshold", 3);
        HttpGet(probe.Obj("httpGet"));
        if (probe.Obj("grpc") is { } grpc && grpc["service"] is null)
        {
            grpc["service"] = "";
        }
    }

    private static void HttpGet(JsonObject? get)
    {
        get?.Default("path", "/");
        get?.Default("scheme", "HTTP");
    }

    private static void Volume(JsonObject volume)
    {
        if (volume.Count == 1)
        {
            volume["emptyDir"] = new JsonObject();
        }

        foreach (var source in (ReadOnlySpan<string>)["configMap", "secret", "projected", "downwardAPI"])
        {
            volume.Obj(source)?.Default("defaultMode", FileMode);
        }

        if (volume.Obj("hostPath") is { } hostPath && hostPath["type"] is null)
        {
            hostPath["type"] = "";
        }
    }

    /// <summary>Whether an image reference names no version: no digest, and no tag or <c>latest</c>.</summary>
    private static bool HasMovingTag(string image)
    {
        if (image.Contains('@', StringComparison.Ordinal))
        {
            return false;
        }

        var colon = image.LastIndexOf(':');
        return colon < image.LastIndexOf('/') || colon < 0 || image[(colon + 1)..] == "latest";
    }
}
