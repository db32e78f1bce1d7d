using WasmLab.EmbeddedCluster.Api.Json;
using WasmLab.EmbeddedCluster.Api.Store;

namespace WasmLab.EmbeddedCluster.Api.Resources;

/// <summary>Events are kept for an hour after they last happened, as upstream does.</summary>
internal static class EventExpiry
{
    private static readonly TimeSpan s_lifetime = TimeSpan.FromHours(1);

    /// <summary>Removes the events that are older.</summary>
    public static void Remove(IObjectStore store, DateTimeOffset now)
    {
        foreach (var obj in store.List(ResourceRegistry.Events)!.Objects)
        {
            var last = obj.Root.Time("series", "lastObservedTime") ?? obj.Root.Time("lastTimestamp") ?? obj.Root.Time("eventTime")
                ?? obj.Root.Time("metadata", "creationTimestamp");
            if (last < now - s_lifetime)
            {
                // Changed in between, it has just happened again.
                store.Delete(obj.Key, obj.Revision);
            }
        }
    }
}
