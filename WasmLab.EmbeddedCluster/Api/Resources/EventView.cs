using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Json;

namespace WasmLab.EmbeddedCluster.Api.Resources;

/// <summary>Events as <c>events.k8s.io/v1</c> names their fields.</summary>
internal sealed class EventView : ResourceView
{
    private static readonly (string Shown, string Stored)[] s_fields =
    [
        ("regarding", "involvedObject"),
        ("note", "message"),
        ("reportingController", "reportingComponent"),
        ("deprecatedSource", "source"),
        ("deprecatedFirstTimestamp", "firstTimestamp"),
        ("deprecatedLastTimestamp", "lastTimestamp"),
        ("deprecatedCount", "count"),
    ];

    public override string Storage => ResourceRegistry.Events;

    public override JsonObject FromStored(JsonObject stored)
    {
        var shown = stored.DeepClone().AsObject();
        shown["apiVersion"] = "events.k8s.io/v1";
        foreach (var (shownName, storedName) in s_fields)
        {
            Rename(shown, storedName, shownName);
        }

        shown["eventTime"] ??= stored["firstTimestamp"]?.DeepClone();
        return shown;
    }

    public override JsonObject ToStored(JsonObject shown)
    {
        var stored = shown.DeepClone().AsObject();
        stored["apiVersion"] = "v1";
        foreach (var (shownName, storedName) in s_fields)
        {
            Rename(stored, shownName, storedName);
        }

        stored.Child("involvedObject");
        return stored;
    }

    private static void Rename(JsonObject obj, string from, string to)
    {
        if (obj[from] is { } value)
        {
            obj.Remove(from);
            obj[to] = value;
        }
    }
}
