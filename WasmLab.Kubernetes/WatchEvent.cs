namespace WasmLab.Kubernetes;

/// <summary>What happened to an object.</summary>
public enum WatchEventType
{
    /// <summary>It is new, or new to the selector of the watch.</summary>
    Added,

    /// <summary>It has changed.</summary>
    Modified,

    /// <summary>It is gone; the event carries its last state.</summary>
    Deleted,

    /// <summary>Nothing happened; the object carries only the resource version reached.</summary>
    Bookmark,
}

/// <summary>A change that a watch reports. Errors of the stream are thrown as <see cref="KubernetesException"/>.</summary>
/// <typeparam name="T">Type of the object.</typeparam>
/// <param name="Type">What happened.</param>
/// <param name="Object">The object after the change, or before its removal.</param>
public sealed record WatchEvent<T>(WatchEventType Type, T Object);
