using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Store;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Api;

[Trait(Category.Name, Category.Unit)]
public sealed class MemoryObjectStoreTests
{
    private const string Things = "things";

    [Fact]
    public void Create_StampsTheRevisionIntoTheObject()
    {
        var store = new MemoryObjectStore(firstRevision: 41);

        var created = store.Create(Key("a"), Thing("a"));

        created.Outcome.ShouldBe(WriteOutcome.Done);
        created.Object!.Revision.ShouldBe(42);
        store.Find(Key("a"))!.Root.GetProperty("metadata").GetProperty("resourceVersion").GetString().ShouldBe("42");
    }

    [Fact]
    public void Create_SameKeyTwice_LeavesTheFirst()
    {
        var store = new MemoryObjectStore();
        var first = store.Create(Key("a"), Thing("a")).Object!;

        var second = store.Create(Key("a"), Thing("a"));

        second.Outcome.ShouldBe(WriteOutcome.Exists);
        second.Object.ShouldBe(first);
        store.Revision.ShouldBe(first.Revision);
    }

    [Fact]
    public void Replace_OfAnOlderRevision_IsRefused()
    {
        var store = new MemoryObjectStore();
        var first = store.Create(Key("a"), Thing("a")).Object!;
        store.Replace(Key("a"), first.Revision, Thing("a", "one")).Outcome.ShouldBe(WriteOutcome.Done);

        store.Replace(Key("a"), first.Revision, Thing("a", "two")).Outcome.ShouldBe(WriteOutcome.Changed);
        store.Delete(Key("a"), first.Revision).Outcome.ShouldBe(WriteOutcome.Changed);
        store.Replace(Key("b"), first.Revision, Thing("b")).Outcome.ShouldBe(WriteOutcome.NotFound);
    }

    [Fact]
    public void List_IsInTheOrderOfNamespaceAndName()
    {
        var store = new MemoryObjectStore();
        foreach (var (ns, name) in new[] { ("b", "a"), ("a", "z"), ("a", "B"), ("a", "c") })
        {
            store.Create(new(Things, ns, name), Thing(name));
        }

        store.List(Things)!.Objects.Select(obj => (obj.Key.Namespace, obj.Key.Name)).ShouldBe([("a", "B"), ("a", "c"), ("a", "z"), ("b", "a")]);
    }

    [Fact]
    public void List_AtAnEarlierRevision_IsAsItWasThen()
    {
        var store = new MemoryObjectStore();
        store.Create(Key("a"), Thing("a"));
        var then = store.Create(Key("b"), Thing("b")).Object!.Revision;
        store.Delete(Key("a"), store.Find(Key("a"))!.Revision);
        store.Create(Key("c"), Thing("c"));

        store.List(Things, then)!.Objects.Select(obj => obj.Key.Name).ShouldBe(["a", "b"]);
        store.List(Things)!.Objects.Select(obj => obj.Key.Name).ShouldBe(["b", "c"]);
    }

    [Fact]
    public void Watch_FromARevision_ReportsEveryLaterChangeInOrder()
    {
        var store = new MemoryObjectStore();
        var start = store.Create(Key("a"), Thing("a")).Object!.Revision;
        store.Create(new("others", "", "x"), Thing("x"));
        var changed = store.Replace(Key("a"), start, Thing("a", "new")).Object!;

        using var watch = store.Watch(Things, start)!;
        store.Delete(Key("a"), changed.Revision);

        var changes = Read(watch);
        changes.Select(change => change.Type).ShouldBe([ChangeType.Modified, ChangeType.Deleted]);
        changes.Select(change => change.Revision).ShouldBeInOrder(SortDirection.Ascending);
        changes[1].Object!.Revision.ShouldBe(store.Revision);
        changes[1].Previous.ShouldBe(changed);
    }

    [Fact]
    public void Watch_FromBeforeTheWindow_IsRefused()
    {
        var store = new MemoryObjectStore(window: 2);
        var first = store.Create(Key("a"), Thing("a")).Object!.Revision;
        foreach (var name in new[] { "b", "c", "d" })
        {
            store.Create(Key(name), Thing(name));
        }

        store.Watch(Things, first).ShouldBeNull();
        store.List(Things, first).ShouldBeNull();
        store.Watch(Things, first + 1).ShouldNotBeNull();
    }

    [Fact]
    public void Watch_WhoseReaderIsTooSlow_EndsAsCompacted()
    {
        var store = new MemoryObjectStore();
        using var watch = store.Watch(Things, null)!;

        for (var i = 0; i <= ObjectWatch.QueueLimit; i++)
        {
            store.Create(Key($"n{i}"), Thing($"n{i}")).Outcome.ShouldBe(WriteOutcome.Done);
        }

        watch.Compacted.ShouldBeTrue();
        Read(watch).Count.ShouldBe(ObjectWatch.QueueLimit);
    }

    [Fact]
    public void ReportProgress_TellsEveryWatchTheLatestRevision()
    {
        var store = new MemoryObjectStore();
        using var watch = store.Watch(Things, null)!;
        store.Create(new("others", "", "x"), Thing("x"));

        store.ReportProgress();

        var change = Read(watch).ShouldHaveSingleItem();
        change.Type.ShouldBe(ChangeType.Progress);
        change.Revision.ShouldBe(store.Revision);
    }

    [Fact]
    public async Task Store_UnderManyWriters_GivesEachWatchEveryRevisionOnce()
    {
        const int Writers = 8;
        const int Writes = 200;
        var store = new MemoryObjectStore();
        using var watch = store.Watch(Things, null)!;
        var start = store.Revision;

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() =>
        {
            for (var i = 0; i < Writes; i++)
            {
                store.Create(Key($"{writer}-{i}"), Thing($"{writer}-{i}"));
            }
        })));

        Read(watch).Select(change => change.Revision).ShouldBe(Enumerable.Range(1, Writers * Writes).Select(i => start + i));
    }

    private static List<ObjectChange> Read(ObjectWatch watch)
    {
        var changes = new List<ObjectChange>();
        while (watch.Changes.TryRead(out var change))
        {
            changes.Add(change);
        }

        return changes;
    }

    private static ObjectKey Key(string name) => new(Things, "", name);

    private static JsonObject Thing(string name, string? value = null) =>
        new() { ["metadata"] = new JsonObject { ["name"] = name }, ["value"] = value };
}
