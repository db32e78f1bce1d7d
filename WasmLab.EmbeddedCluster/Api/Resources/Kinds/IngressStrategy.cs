using System.Globalization;
using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Json;
using WasmLab.EmbeddedCluster.Api.Validation;

namespace WasmLab.EmbeddedCluster.Api.Resources.Kinds;

/// <summary>Ingresses.</summary>
internal sealed class IngressStrategy : ResourceStrategy
{
    private const string DefaultClassAnnotation = "ingressclass.kubernetes.io/is-default-class";
    private const string ClassAnnotation = "kubernetes.io/ingress.class";

    public override bool HasGeneration => true;

    public override void Default(JsonObject obj) => obj.Child("status").Child("loadBalancer");

    public override void PrepareForCreate(JsonObject obj, ResourceContext context)
    {
        obj["status"] = new JsonObject { ["loadBalancer"] = new JsonObject() };
        var spec = obj.Child("spec");
        if (spec.Str("ingressClassName") is null && obj.Str("metadata", "annotations", ClassAnnotation) is null
            && DefaultClass(context) is { } defaultClass)
        {
            spec["ingressClassName"] = defaultClass;
        }
    }

    public override void Validate(JsonObject obj, FieldErrors errors)
    {
        var spec = obj.Child("spec");
        if (!spec.Objects("rules").Any() && spec.Obj("defaultBackend") is null)
        {
            errors.Invalid("spec", spec.DeepClone(), "either `defaultBackend` or `rules` must be specified");
        }

        if (spec.Str("ingressClassName") is { } className)
        {
            errors.Name("spec.ingressClassName", className, Names.Subdomain);
        }

        if (spec.Obj("defaultBackend") is { } backend)
        {
            Backend(backend, "spec.defaultBackend", errors);
        }

        var index = 0;
        foreach (var rule in spec.Objects("rules"))
        {
            Rule(rule, string.Create(CultureInfo.InvariantCulture, $"spec.rules[{index++}]"), errors);
        }
    }

    private static void Rule(JsonObject rule, string path, FieldErrors errors)
    {
        if (rule.Str("host") is { } host)
        {
            errors.Name($"{path}.host", host, name => Names.Subdomain(name.StartsWith("*.", StringComparison.Ordinal) ? name[2..] : name));
        }

        if (rule.Obj("http") is not { } http)
        {
            return;
        }

        if (!http.Objects("paths").Any())
        {
            errors.Required($"{path}.http.paths");
        }

        var index = 0;
        foreach (var entry in http.Objects("paths"))
        {
            HttpPath(entry, string.Create(CultureInfo.InvariantCulture, $"{path}.http.paths[{index++}]"), errors);
        }
    }

    private static void HttpPath(JsonObject entry, string path, FieldErrors errors)
    {
        var type = entry.Str("pathType");
        if (type is null)
        {
            errors.Required($"{path}.pathType", "pathType must be specified");
        }
        else
        {
            errors.OneOf($"{path}.pathType", type, "Exact", "ImplementationSpecific", "Prefix");
        }

        var value = entry.Str("path");
        if ((value is null && type is "Exact" or "Prefix") || (value is not null && value[0] != '/'))
        {
            errors.Invalid($"{path}.path", value ?? "", "must be an absolute path");
        }
        else if (type is "Exact" or "Prefix" && value is not null
            && (value.Contains("//", StringComparison.Ordinal) || value.Split('/').Any(part => part is "." or "..")))
        {
            errors.Invalid($"{path}.path", value, "must not contain '//', '/./' or '/../'");
        }

        if (entry.Obj("backend") is { } backend)
        {
            Backend(backend, $"{path}.backend", errors);
        }
        else
        {
            errors.Required($"{path}.backend");
        }
    }

    private static void Backend(JsonObject backend, string path, FieldErrors errors)
    {
        if (backend.Obj("service") is { } service)
        {
            if (backend.Obj("resource") is not null)
            {
                errors.Invalid(path, "", "cannot set both resource and service backends");
            }

            errors.Name($"{path}.service.name", service.Str("name"), Names.Label1035);
            var (name, number) = (service.Str("port", "name"), service.Int("port", "number"));
            if (name is null && number is null or 0)
            {
                errors.Required($"{path}", "port name or number is required");
            }
            else if (name is not null && number is not null and not 0)
            {
                errors.Invalid($"{path}", "", "cannot set both port name & port number");
            }
            else if (name is not null)
            {
                errors.Name($"{path}.service.port.name", name, Names.Port);
            }
            else
            {
                errors.Between($"{path}.service.port.number", number, 1, 65535);
            }
        }
        else if (backend.Obj("resource") is null)
        {
            errors.Required(path, "a service or resource backend is required");
        }
    }

    private static string? DefaultClass(ResourceContext context) => context.Store.List(ResourceRegistry.IngressClasses)!.Objects
        .Where(one => one.Root.Str("metadata", "annotations", DefaultClassAnnotation) == "true")
        .OrderByDescending(one => one.Root.Time("metadata", "creationTimestamp"))
        .Select(one => one.Key.Name).FirstOrDefault();
}

/// <summary>Classes of ingresses.</summary>
internal sealed class IngressClassStrategy : ResourceStrategy
{
    public override bool HasGeneration => true;

    public override void ValidateUpdate(JsonObject obj, JsonObject old, FieldErrors errors) =>
        Immutable("spec.controller", obj.At("spec", "controller"), old.At("spec", "controller"), errors);
}
