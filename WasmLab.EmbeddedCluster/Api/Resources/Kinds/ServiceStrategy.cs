using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Http;
using WasmLab.EmbeddedCluster.Api.Json;
using WasmLab.EmbeddedCluster.Api.Validation;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Api.Resources.Kinds;

/// <summary>Services.</summary>
internal sealed class ServiceStrategy : ResourceStrategy
{
    private const string Headless = "None";
    private const int FirstNodePort = 30000;
    private const int LastNodePort = 32767;

    public override string? NameError(string name) => Names.Label1035(name);

    public override void Default(JsonObject obj)
    {
        var spec = obj.Child("spec");
        spec.Default("type", "ClusterIP");
        spec.Default("sessionAffinity", "None");
        foreach (var port in spec.Objects("ports"))
        {
            port.Default("protocol", "TCP");
            if (port["targetPort"] is null || port.Int("targetPort") == 0)
            {
                port["targetPort"] = port["port"]?.DeepClone() ?? 0;
            }
        }

        if (spec.Str("type") != "ExternalName")
        {
            spec.Default("internalTrafficPolicy", "Cluster");
            spec.Default("ipFamilyPolicy", "SingleStack");
            spec.Default("ipFamilies", new JsonArray("IPv4"));
        }

        if (HasNodePorts(spec))
        {
            spec.Default("externalTrafficPolicy", "Cluster");
        }

        obj.Child("status").Child("loadBalancer");
    }

    public override void PrepareForCreate(JsonObject obj, ResourceContext context)
    {
        obj["status"] = new JsonObject { ["loadBalancer"] = new JsonObject() };
    }

    public override void PrepareForUpdate(JsonObject obj, JsonObject old)
    {
        var spec = obj.Child("spec");
        var before = old.Child("spec");
        if (spec.Str("type") == "ExternalName")
        {
            spec.Remove("clusterIP");
            spec.Remove("clusterIPs");
            return;
        }

        if (spec.Str("clusterIP") is null)
        {
            spec.CopyFrom("clusterIP", before);
        }

        if (spec.Str("clusterIP") is { } address)
        {
            spec["clusterIPs"] = new JsonArray(address);
        }

        foreach (var port in HasNodePorts(spec) ? spec.Objects("ports").Where(port => port.Int("nodePort") is null or 0) : [])
        {
            var earlier = before.Objects("ports").FirstOrDefault(other => other.Int("port") == port.Int("port") && other.Str("protocol") == port.Str("protocol"));
            if (earlier?.Int("nodePort") is { } nodePort)
            {
                port["nodePort"] = nodePort;
            }
        }
    }

    public override void Admit(JsonObject obj, ResourceContext context)
    {
        var spec = obj.Child("spec");
        if (spec.Str("type") == "ExternalName")
        {
            return;
        }

        if (spec.Str("clusterIP") is not { } address)
        {
            address = context.Addresses.Allocate();
            spec["clusterIP"] = address;
        }
        else if (address != Headless && context.Addresses.Take(address) is { } error)
        {
            var errors = new FieldErrors();
            errors.Invalid("spec.clusterIPs", new JsonArray(address), error);
            throw Statuses.Invalid(Service.Type, obj.Str("metadata", "name")!, errors.Causes).AsException();
        }

        spec["clusterIPs"] = new JsonArray(address);
        AllocateNodePorts(obj, context);
        if (context.DryRun)
        {
            context.Addresses.Release(address);
        }
    }

    public override void AdmitUpdate(JsonObject obj, JsonObject old, ResourceContext context)
    {
        var external = obj.Str("spec", "type") == "ExternalName";
        if (!external && old.Str("spec", "clusterIP") is null)
        {
            Admit(obj, context);
            return;
        }

        if (external && !context.DryRun)
        {
            Release(old, context);
        }

        AllocateNodePorts(obj, context);
    }

    public override void Release(JsonObject obj, ResourceContext context)
    {
        if (obj.Str("spec", "clusterIP") is { } address)
        {
            context.Addresses.Release(address);
        }
    }

    public override void Validate(JsonObject obj, FieldErrors errors)
    {
        var spec = obj.Child("spec");
        errors.OneOf("spec.type", spec.Str("type"), "ClusterIP", "ExternalName", "LoadBalancer", "NodePort");
        errors.OneOf("spec.sessionAffinity", spec.Str("sessionAffinity"), "ClientIP", "None");
        MetadataValidation.Labels(spec.Obj("selector"), "spec.selector", errors);
        if (spec.Str("type") == "ExternalName")
        {
            errors.Name("spec.externalName", spec.Str("externalName"), Names.Subdomain);
        }
        else if (!spec.Objects("ports").Any() && spec.Str("clusterIP") != Headless)
        {
            errors.Required("spec.ports");
        }

        if (spec.Str("clusterIP") is { } address && address != Headless && !IPAddress.TryParse(address, out _))
        {
            errors.Invalid("spec.clusterIPs[0]", address, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
        }

        Ports(spec, errors);
    }

    public override void ValidateUpdate(JsonObject obj, JsonObject old, FieldErrors errors)
    {
        if (old.Str("spec", "clusterIP") is { } before && obj.Str("spec", "type") != "ExternalName" && obj.Str("spec", "clusterIP") != before)
        {
            errors.Invalid("spec.clusterIPs[0]", obj.Obj("spec")?["clusterIP"]?.DeepClone(), "may not change once set");
        }
    }

    private static void Ports(JsonObject spec, FieldErrors errors)
    {
        var ports = spec.Objects("ports").ToList();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var numbers = new HashSet<(long?, string?)>();
        for (var i = 0; i < ports.Count; i++)
        {
            var (port, path) = (ports[i], string.Create(CultureInfo.InvariantCulture, $"spec.ports[{i}]"));
            if (port.Str("name") is { } name)
            {
                errors.Name($"{path}.name", name, Names.Label);
                if (!names.Add(name))
                {
                    errors.Duplicate($"{path}.name", name);
                }
            }
            else if (ports.Count > 1)
            {
                errors.Required($"{path}.name");
            }

            if (port.Int("port") is null or < 1 or > 65535)
            {
                errors.Invalid($"{path}.port", port.Int("port") ?? 0, "must be between 1 and 65535, inclusive");
            }

            errors.OneOf($"{path}.protocol", port.Str("protocol"), "SCTP", "TCP", "UDP");
            PodValidation.Port(port["targetPort"], $"{path}.targetPort", errors);
            if (!numbers.Add((port.Int("port"), port.Str("protocol"))))
            {
                errors.Duplicate(path, port.ToJsonString());
            }
        }
    }

    private static bool HasNodePorts(JsonObject spec) => spec.Str("type") is "NodePort" or "LoadBalancer";

    private static void AllocateNodePorts(JsonObject obj, ResourceContext context)
    {
        var spec = obj.Child("spec");
        if (!HasNodePorts(spec) || spec.Bool("allocateLoadBalancerNodePorts") == false)
        {
            return;
        }

        var taken = context.Store.List(ResourceRegistry.Services)!.Objects
            .SelectMany(service => service.Root.Items("spec", "ports")).Select(port => port.Int("nodePort") ?? 0).ToHashSet();
        foreach (var port in spec.Objects("ports").Where(port => port.Int("nodePort") is null or 0))
        {
            var free = Enumerable.Range(FirstNodePort, LastNodePort - FirstNodePort + 1).First(candidate => !taken.Contains(candidate));
            taken.Add(free);
            port["nodePort"] = free;
        }
    }
}
