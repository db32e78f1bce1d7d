namespace WasmLab.Kubernetes.Objects;

/// <summary>A question that the server answers when it is created: may I do that?</summary>
public sealed class SelfSubjectAccessReview() : KubernetesObject(Type), IKubernetesKind<SelfSubjectAccessReview>
{
    /// <inheritdoc/>
    public static ResourceType Type { get; } =
        new("authorization.k8s.io", "v1", "SelfSubjectAccessReview", "selfsubjectaccessreviews", Namespaced: false);

    public SelfSubjectAccessReviewSpec Spec { get; set => field = value ?? new(); } = new();

    public SubjectAccessReviewStatus Status { get; set => field = value ?? new(); } = new();
}

/// <summary>What is asked.</summary>
public sealed class SelfSubjectAccessReviewSpec : Extensible
{
    public ResourceAttributes? ResourceAttributes { get; set; }
}

/// <summary>A verb on a resource.</summary>
public sealed class ResourceAttributes : Extensible
{
    /// <summary>Null is every namespace, or a resource that has none.</summary>
    public string? Namespace { get; set; }

    /// <summary>As the API has it: <c>get</c>, <c>list</c>, <c>watch</c>, <c>create</c>, <c>update</c>, <c>patch</c>, <c>delete</c>.</summary>
    public string? Verb { get; set; }

    /// <summary>API group; empty for the core group.</summary>
    public string? Group { get; set; }

    /// <summary>The resource's name in the plural.</summary>
    public string? Resource { get; set; }

    public string? Subresource { get; set; }
}

/// <summary>The answer.</summary>
public sealed class SubjectAccessReviewStatus : Extensible
{
    public bool Allowed { get; set; }

    /// <summary>Why, as far as the server tells.</summary>
    public string? Reason { get; set; }
}
