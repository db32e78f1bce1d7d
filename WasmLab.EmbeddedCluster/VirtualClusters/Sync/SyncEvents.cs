using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.VirtualClusters.Sync;

/// <summary>Events that the syncers themselves write about an object of a virtual cluster.</summary>
internal static class SyncEvents
{
    public static Task ReportAsync(
        SyncScope scope, KubernetesObject item, ResourceType type, string reason, string message, CancellationToken cancellationToken)
    {
        var now = scope.Time.GetUtcNow();
        return scope.Virtual.ApplyAsync(
            new Event
            {
                Metadata = new ObjectMeta { Name = $"{item.Metadata.Name}.{reason.ToLowerInvariant()}", Namespace = item.Metadata.Namespace },
                InvolvedObject = new ObjectReference
                {
                    ApiVersion = type.ApiVersion,
                    Kind = type.Kind,
                    Name = item.Metadata.Name,
                    Namespace = item.Metadata.Namespace,
                    Uid = item.Metadata.Uid,
                },
                Type = "Warning",
                Reason = reason,
                Message = message,
                Count = 1,
                FirstTimestamp = now,
                LastTimestamp = now,
                Source = new EventSource { Component = "virtual-cluster-syncer" },
                ReportingComponent = "virtual-cluster-syncer",
            },
            scope.FieldManager,
            cancellationToken);
    }
}
