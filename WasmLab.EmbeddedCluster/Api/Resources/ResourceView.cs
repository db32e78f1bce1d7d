using System.Text.Json.Nodes;

namespace WasmLab.EmbeddedCluster.Api.Resources;

/// <summary>Shows the objects of one resource as those of another group and version.</summary>
internal abstract class ResourceView
{
    /// <summary>The resource that is stored.</summary>
    public abstract string Storage { get; }

    /// <summary>The stored object as the view shows it.</summary>
    public abstract JsonObject FromStored(JsonObject stored);

    /// <summary>What the view was given, as it is stored.</summary>
    public abstract JsonObject ToStored(JsonObject shown);
}
