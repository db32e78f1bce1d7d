using System.Text;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Nodes.Pods;

/// <summary>A container refers to something that is not there: reason <c>CreateContainerConfigError</c>.</summary>
internal sealed class ContainerConfigException(string message) : Exception(message);

/// <summary>Computes the environment that a pod's specification gives a container.</summary>
internal sealed class ContainerEnvironment(IPodApi api)
{
    /// <exception cref="ContainerConfigException">A ConfigMap, Secret, key or field is missing.</exception>
    public async Task<Dictionary<string, string>> ResolveAsync(
        Pod pod, Container container, PodFields fields, CancellationToken cancellationToken)
    {
        var variables = new Dictionary<string, string>();
        foreach (var source in container.EnvFrom)
        {
            await AddAllAsync(variables, source, pod, cancellationToken).ConfigureAwait(false);
        }

        foreach (var variable in container.Env)
        {
            var value = variable.ValueFrom is { } from
                ? await ReadAsync(from, pod, fields, cancellationToken).ConfigureAwait(false)
                : VariableExpansion.Expand(variable.Value ?? "", variables);
            if (value is not null)
            {
                variables[variable.Name ?? ""] = value;
            }
        }

        return variables;
    }

    private async Task AddAllAsync(Dictionary<string, string> variables, EnvFromSource source, Pod pod, CancellationToken cancellationToken)
    {
        var data = source switch
        {
            { ConfigMapRef: { } map } => await ConfigMapAsync(map.Name, map.Optional, pod, cancellationToken).ConfigureAwait(false),
            { SecretRef: { } secret } => await SecretAsync(secret.Name, secret.Optional, pod, cancellationToken).ConfigureAwait(false),
            _ => null,
        };
        foreach (var (key, value) in data ?? [])
        {
            variables[source.Prefix + key] = value;
        }
    }

    private async Task<string?> ReadAsync(EnvVarSource source, Pod pod, PodFields fields, CancellationToken cancellationToken)
    {
        switch (source)
        {
            case { FieldRef: { } field }:
                return fields.Read(pod, field.FieldPath ?? "");
            case { ConfigMapKeyRef: { } key }:
                var map = await ConfigMapAsync(key.Name, key.Optional, pod, cancellationToken).ConfigureAwait(false);
                return Pick(map, key, "ConfigMap", pod);
            case { SecretKeyRef: { } key }:
                var secret = await SecretAsync(key.Name, key.Optional, pod, cancellationToken).ConfigureAwait(false);
                return Pick(secret, key, "Secret", pod);
            default:
                throw new ContainerConfigException("this node supports env valueFrom fieldRef, configMapKeyRef and secretKeyRef only");
        }
    }

    private static string? Pick(Dictionary<string, string>? data, KeySelector selector, string kind, Pod pod)
    {
        if (data?.GetValueOrDefault(selector.Key ?? "") is { } value)
        {
            return value;
        }

        return selector.Optional == true
            ? null
            : throw new ContainerConfigException($"couldn't find key {selector.Key} in {kind} {pod.Metadata.Namespace}/{selector.Name}");
    }

    private async Task<Dictionary<string, string>?> ConfigMapAsync(string? name, bool? optional, Pod pod, CancellationToken cancellationToken)
    {
        var map = await api.FindAsync<ConfigMap>(name ?? "", pod.Metadata.Namespace, cancellationToken).ConfigureAwait(false);
        return map is null ? Missing("configmap", name, optional) : map.Data;
    }

    private async Task<Dictionary<string, string>?> SecretAsync(string? name, bool? optional, Pod pod, CancellationToken cancellationToken)
    {
        var secret = await api.FindAsync<Secret>(name ?? "", pod.Metadata.Namespace, cancellationToken).ConfigureAwait(false);
        return secret is null
            ? Missing("secret", name, optional)
            : secret.Data.ToDictionary(pair => pair.Key, pair => Encoding.UTF8.GetString(pair.Value));
    }

    private static Dictionary<string, string>? Missing(string kind, string? name, bool? optional) =>
        optional == true ? null : throw new ContainerConfigException($"{kind} \"{name}\" not found");
}
