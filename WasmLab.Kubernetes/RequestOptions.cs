namespace WasmLab.Kubernetes;

/// <summary>Which objects to list or watch.</summary>
public sealed record ListOptions
{
    /// <summary>Such as <c>app=web,tier!=test</c>; null is every object.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>Such as <c>spec.nodeName=wasmlab</c>; null is every object.</summary>
    public string? FieldSelector { get; init; }
}

/// <summary>How to delete an object.</summary>
public sealed record DeleteOptions
{
    /// <summary>Seconds that a pod gets to stop; 0 removes the object at once; null is the pod's own.</summary>
    public long? GracePeriodSeconds { get; init; }

    /// <summary><c>Background</c>, <c>Foreground</c> or <c>Orphan</c>; null is the kind's default.</summary>
    public string? PropagationPolicy { get; init; }

    /// <summary>Delete only the object with this uid; null is any.</summary>
    public string? Uid { get; init; }
}

/// <summary>Which part of a container's log to read.</summary>
public sealed record LogOptions
{
    /// <summary>The container; null when the pod has only one.</summary>
    public string? Container { get; init; }

    /// <summary>Keep reading while the container runs.</summary>
    public bool Follow { get; init; }

    /// <summary>Read the run before the last restart.</summary>
    public bool Previous { get; init; }

    /// <summary>Begin each line with its time.</summary>
    public bool Timestamps { get; init; }

    /// <summary>Only so many lines from the end; null is all.</summary>
    public long? TailLines { get; init; }

    /// <summary>Only lines of the last so many seconds; null is all.</summary>
    public long? SinceSeconds { get; init; }

    /// <summary>Only lines since this time; null is all.</summary>
    public DateTimeOffset? SinceTime { get; init; }

    /// <summary>At most so many bytes; null is no limit.</summary>
    public long? LimitBytes { get; init; }
}

/// <summary>The version of a server.</summary>
public sealed record VersionInfo
{
    /// <summary>Major number.</summary>
    public string Major { get; init; } = "";

    /// <summary>Minor number.</summary>
    public string Minor { get; init; } = "";

    /// <summary>The whole version, such as <c>v1.35.2</c>.</summary>
    public string GitVersion { get; init; } = "";

    /// <summary>Operating system and architecture.</summary>
    public string Platform { get; init; } = "";
}
