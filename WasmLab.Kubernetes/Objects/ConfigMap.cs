namespace WasmLab.Kubernetes.Objects;

/// <summary>Configuration as keys and values.</summary>
public sealed class ConfigMap() : KubernetesObject(Type), IKubernetesKind<ConfigMap>
{
    /// <inheritdoc/>
    public static ResourceType Type { get; } = new("", "v1", "ConfigMap", "configmaps", Namespaced: true);

    public bool? Immutable { get; set; }

    public Dictionary<string, string> Data { get; set => field = value ?? []; } = [];

    public Dictionary<string, byte[]> BinaryData { get; set => field = value ?? []; } = [];
}

/// <summary>Configuration that is not for every eye.</summary>
public sealed class Secret() : KubernetesObject(ResourceType), IKubernetesKind<Secret>
{
    /// <inheritdoc cref="IKubernetesKind{TSelf}.Type"/>
    public static ResourceType ResourceType { get; } = new("", "v1", "Secret", "secrets", Namespaced: true);

    static ResourceType IKubernetesKind<Secret>.Type => ResourceType;

    /// <summary>What the secret holds: <c>Opaque</c>, <c>kubernetes.io/tls</c> and so on.</summary>
    public string? Type { get; set; }

    public bool? Immutable { get; set; }

    public Dictionary<string, byte[]> Data { get; set => field = value ?? []; } = [];

    public Dictionary<string, string> StringData { get; set => field = value ?? []; } = [];
}
