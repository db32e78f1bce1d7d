using System.Globalization;
using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Json;
using WasmLab.EmbeddedCluster.Api.Validation;

namespace WasmLab.EmbeddedCluster.Api.Resources.Kinds;

/// <summary>What is wrong with the spec of a pod.</summary>
internal static class PodValidation
{
    public static void Validate(JsonObject spec, FieldErrors errors)
    {
        var volumes = Volumes(spec, errors);
        var names = new HashSet<string>(StringComparer.Ordinal);
        if (!spec.Objects("containers").Any())
        {
            errors.Required("spec.containers");
        }

        foreach (var list in (ReadOnlySpan<string>)["initContainers", "containers"])
        {
            var index = 0;
            foreach (var container in spec.Objects(list))
            {
                var path = string.Create(CultureInfo.InvariantCulture, $"spec.{list}[{index++}]");
                Container(container, path, volumes, names, errors);
            }
        }

        errors.OneOf("spec.restartPolicy", spec.Str("restartPolicy"), "Always", "OnFailure", "Never");
        errors.OneOf("spec.dnsPolicy", spec.Str("dnsPolicy"), "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None");
        errors.NotNegative("spec.terminationGracePeriodSeconds", spec.Int("terminationGracePeriodSeconds"));
        if (spec.Int("activeDeadlineSeconds") is <= 0 and var deadline)
        {
            errors.Invalid("spec.activeDeadlineSeconds", deadline, "must be between 1 and 2147483647, inclusive");
        }

        foreach (var field in (ReadOnlySpan<string>)["nodeName", "runtimeClassName", "serviceAccountName"])
        {
            if (spec.Str(field) is { } name)
            {
                errors.Name($"spec.{field}", name, Names.Subdomain);
            }
        }

        if (spec.Str("hostname") is { } hostname)
        {
            errors.Name("spec.hostname", hostname, Names.Label);
        }

        MetadataValidation.Labels(spec.Obj("nodeSelector"), "spec.nodeSelector", errors);
    }

    private static HashSet<string> Volumes(JsonObject spec, FieldErrors errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var volume in spec.Objects("volumes"))
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"spec.volumes[{index++}]");
            errors.Name($"{path}.name", volume.Str("name"), Names.Label);
            if (volume.Str("name") is { } name && !names.Add(name))
            {
                errors.Duplicate($"{path}.name", name);
            }

            if (volume.Count > 2)
            {
                errors.Forbidden(path, "may not specify more than 1 volume type");
            }
        }

        return names;
    }

    private static void Container(JsonObject container, string path, HashSet<string> volumes, HashSet<string> names, FieldErrors errors)
    {
        errors.Name($"{path}.name", container.Str("name"), Names.Label);
        if (container.Str("name") is { } name && !names.Add(name))
        {
            errors.Duplicate($"{path}.name", name);
        }

        if (container.Str("image") is not { } image)
        {
            errors.Required($"{path}.image");
        }
        else if (image != image.Trim())
        {
            errors.Invalid($"{path}.image", image, "must not have leading or trailing whitespace");
        }
        else
        {
            errors.OneOf($"{path}.imagePullPolicy", container.Str("imagePullPolicy"), "Always", "IfNotPresent", "Never");
        }

        Ports(container, path, errors);
        Environment(container, path, errors);
        Mounts(container, path, volumes, errors);
        Resources(container, path, errors);
        foreach (var probe in (ReadOnlySpan<string>)["livenessProbe", "readinessProbe", "startupProbe"])
        {
            if (container.Obj(probe) is { } present)
            {
                Probe(present, $"{path}.{probe}", mayNeedMore: probe == "readinessProbe", errors);
            }
        }
    }

    private static void Ports(JsonObject container, string path, FieldErrors errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var port in container.Objects("ports"))
        {
            var portPath = string.Create(CultureInfo.InvariantCulture, $"{path}.ports[{index++}]");
            if (port.Str("name") is { } name)
            {
                errors.Name($"{portPath}.name", name, Names.Port);
                if (!names.Add(name))
                {
                    errors.Duplicate($"{portPath}.name", name);
                }
            }

            if (port.Int("containerPort") is null or 0)
            {
                errors.Required($"{portPath}.containerPort");
            }

            errors.Between($"{portPath}.containerPort", port.Int("containerPort") is 0 ? null : port.Int("containerPort"), 1, 65535);
            errors.Between($"{portPath}.hostPort", port.Int("hostPort") is 0 ? null : port.Int("hostPort"), 1, 65535);
            errors.OneOf($"{portPath}.protocol", port.Str("protocol"), "SCTP", "TCP", "UDP");
        }
    }

    private static void Environment(JsonObject container, string path, FieldErrors errors)
    {
        var index = 0;
        foreach (var variable in container.Objects("env"))
        {
            var variablePath = string.Create(CultureInfo.InvariantCulture, $"{path}.env[{index++}]");
            errors.Name($"{variablePath}.name", variable.Str("name"), Names.EnvironmentVariable);
            if (variable.Obj("valueFrom") is { } source)
            {
                if (variable.Str("value") is not null)
                {
                    errors.Invalid($"{variablePath}.valueFrom", "", "may not be specified when `value` is not empty");
                }
                else if (source.Count != 1)
                {
                    errors.Invalid($"{variablePath}.valueFrom", "", source.Count == 0
                        ? "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`"
                        : "may not have more than one field specified at a time");
                }
            }
        }
    }

    private static void Mounts(JsonObject container, string path, HashSet<string> volumes, FieldErrors errors)
    {
        var paths = new HashSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var mount in container.Objects("volumeMounts"))
        {
            var mountPath = string.Create(CultureInfo.InvariantCulture, $"{path}.volumeMounts[{index++}]");
            if (mount.Str("name") is not { } name)
            {
                errors.Required($"{mountPath}.name");
            }
            else if (!volumes.Contains(name))
            {
                errors.NotFound($"{mountPath}.name", name);
            }

            if (mount.Str("mountPath") is not { } target)
            {
                errors.Required($"{mountPath}.mountPath");
            }
            else if (!paths.Add(target))
            {
                errors.Invalid($"{mountPath}.mountPath", target, "must be unique");
            }
        }
    }

    private static void Resources(JsonObject container, string path, FieldErrors errors)
    {
        foreach (var list in (ReadOnlySpan<string>)["limits", "requests"])
        {
            foreach (var (resource, amount) in container.Obj("resources", list) ?? [])
            {
                if (Quantity.Parse(amount!.GetValue<string>())!.Value.Sign < 0)
                {
                    errors.Invalid($"{path}.resources.{list}[{resource}]", amount.DeepClone(), "must be greater than or equal to 0");
                }
            }
        }

        foreach (var (resource, limit) in container.Obj("resources", "limits") ?? [])
        {
            if (container.Str("resources", "requests", resource) is { } request && Quantity.Parse(request) > Quantity.Parse(limit!.GetValue<string>()))
            {
                errors.Invalid($"{path}.resources.requests", request, $"must be less than or equal to {resource} limit of {limit.GetValue<string>()}");
            }
        }
    }

    private static void Probe(JsonObject probe, string path, bool mayNeedMore, FieldErrors errors)
    {
        string[] handlers = ["exec", "httpGet", "tcpSocket", "grpc"];
        var given = handlers.Where(probe.ContainsKey).ToList();
        if (given.Count == 0)
        {
            errors.Required(path, "must specify a handler type");
        }

        foreach (var more in given.Skip(1))
        {
            errors.Forbidden($"{path}.{more}", "may not specify more than 1 handler type");
        }

        foreach (var field in (ReadOnlySpan<string>)["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"])
        {
            errors.NotNegative($"{path}.{field}", probe.Int(field));
        }

        if (!mayNeedMore && probe.Int("successThreshold") > 1)
        {
            errors.Invalid($"{path}.successThreshold", probe.Int("successThreshold"), "must be 1");
        }

        foreach (var handler in (ReadOnlySpan<string>)["httpGet", "tcpSocket", "grpc"])
        {
            if (probe.Obj(handler) is { } action)
            {
                Port(action["port"], $"{path}.{handler}.port", errors);
            }
        }

        if (probe.Obj("exec") is { } exec && exec.Arr("command") is null or { Count: 0 })
        {
            errors.Required($"{path}.exec.command");
        }
    }

    /// <summary>A port by number or by name.</summary>
    public static void Port(JsonNode? port, string path, FieldErrors errors)
    {
        if (port is JsonValue value && value.TryGetValue<string>(out var name))
        {
            errors.Name(path, name, Names.Port);
        }
        else if (port is null)
        {
            errors.Required(path);
        }
        else if (((JsonNode)new JsonObject { ["port"] = port.DeepClone() }).Int("port") is < 1 or > 65535)
        {
            errors.Invalid(path, port.DeepClone(), "must be between 1 and 65535, inclusive");
        }
    }
}
