using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Nodes.Status;

/// <summary>Records Events about objects.</summary>
internal interface IEventRecorder
{
    /// <summary>Returns at once; the event is written later, in order.</summary>
    /// <param name="about">What it is about.</param>
    /// <param name="type"><c>Normal</c> or <c>Warning</c>.</param>
    /// <param name="reason">One word.</param>
    /// <param name="message">For people.</param>
    /// <param name="fieldPath">The part of the object it is about, for instance <c>spec.containers{web}</c>.</param>
    void Record(KubernetesObject about, string type, string reason, string message, string? fieldPath = null);
}

internal static class EventType
{
    public const string Normal = "Normal";
    public const string Warning = "Warning";
}
