using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Resources;
using WasmLab.EmbeddedCluster.Api.Store;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Api;

[Trait(Category.Name, Category.Unit)]
public sealed class EventExpiryTests
{
    [Fact]
    public void Remove_EventsOfMoreThanAnHourAgo_KeepsTheOthers()
    {
        var now = new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
        var store = new MemoryObjectStore();
        Create(store, "old", "2026-11-22T10:59:00Z");
        Create(store, "recent", "2026-11-22T11:01:00Z");

        EventExpiry.Remove(store, now);

        store.List(ResourceRegistry.Events)!.Objects.Select(obj => obj.Key.Name).ShouldBe(["recent"]);
    }

    private static void Create(MemoryObjectStore store, string name, string time) => store.Create(
        new(ResourceRegistry.Events, "default", name), new JsonObject { ["metadata"] = new JsonObject { ["name"] = name }, ["lastTimestamp"] = time });
}
