using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace WasmLab.EmbeddedCluster.Api.Store;

/// <summary>A store in memory. One lock orders the writes; reads take none.</summary>
internal sealed class MemoryObjectStore : IObjectStore
{
    /// <summary>Changes kept per resource: a watch may start, and a list page be read, so many changes later.</summary>
    public const int DefaultWindow = 4096;

    private readonly Lock _gate = new();
    private readonly int _window;
    private ImmutableDictionary<string, ResourceTable> _tables = ImmutableDictionary<string, ResourceTable>.Empty;
    private long _revision;

    /// <summary>An empty store.</summary>
    /// <param name="firstRevision">Where the counter starts. It must be above what clients of an earlier run can have seen, so that they are told to list again.</param>
    /// <param name="window">Changes kept per resource.</param>
    public MemoryObjectStore(long firstRevision = 1, int window = DefaultWindow)
    {
        _revision = firstRevision;
        _window = window;
    }

    public long Revision => Interlocked.Read(ref _revision);

    public StoredObject? Find(ObjectKey key) =>
        Volatile.Read(ref _tables).GetValueOrDefault(key.Resource)?.Objects.GetValueOrDefault((key.Namespace, key.Name));

    public ObjectSnapshot? List(string resource, long? at = null)
    {
        lock (_gate)
        {
            var table = Table(resource);
            if (at is null || at >= table.LastRevision)
            {
                return new(_revision, [.. table.Objects.Values]);
            }

            return table.At(at.Value) is { } objects ? new(at.Value, [.. objects.Values]) : null;
        }
    }

    public WriteResult Create(ObjectKey key, JsonObject obj)
    {
        lock (_gate)
        {
            var table = Table(key.Resource);
            return table.Objects.TryGetValue((key.Namespace, key.Name), out var existing)
                ? new(WriteOutcome.Exists, existing)
                : Commit(table, ChangeType.Added, StoredObject.Create(key, _revision + 1, obj), null);
        }
    }

    public WriteResult Replace(ObjectKey key, long expected, JsonObject obj)
    {
        lock (_gate)
        {
            var table = Table(key.Resource);
            return Refuse(table, key, expected, out var existing)
                ?? Commit(table, ChangeType.Modified, StoredObject.Create(key, _revision + 1, obj), existing);
        }
    }

    public WriteResult Delete(ObjectKey key, long expected, JsonObject? last = null)
    {
        lock (_gate)
        {
            var table = Table(key.Resource);
            return Refuse(table, key, expected, out var existing)
                ?? Commit(table, ChangeType.Deleted, StoredObject.Create(key, _revision + 1, last ?? existing!.ToJson()), existing);
        }
    }

    public ObjectWatch? Watch(string resource, long? after)
    {
        lock (_gate)
        {
            var table = Table(resource);
            var start = after ?? _revision;
            if (start < table.CompactedRevision)
            {
                return null;
            }

            var watch = new ObjectWatch(start, Leave);
            foreach (var entry in table.History.Where(entry => entry.Change.Revision > start))
            {
                watch.Offer(entry.Change);
            }

            table.Watches.Add(watch);
            return watch;

            void Leave(ObjectWatch leaving)
            {
                lock (_gate)
                {
                    table.Watches.Remove(leaving);
                }
            }
        }
    }

    /// <summary>Every object of every resource.</summary>
    public IReadOnlyList<StoredObject> All()
    {
        lock (_gate)
        {
            return [.. _tables.Values.SelectMany(table => table.Objects.Values)];
        }
    }

    /// <summary>Tells every watch how far it is, so that a client that saw nothing for long need not start from long ago.</summary>
    public void ReportProgress()
    {
        lock (_gate)
        {
            var progress = new ObjectChange(ChangeType.Progress, _revision, null, null);
            foreach (var table in _tables.Values)
            {
                table.Offer(progress);
            }
        }
    }

    private ResourceTable Table(string resource)
    {
        if (!_tables.TryGetValue(resource, out var table))
        {
            table = new(_revision);
            Volatile.Write(ref _tables, _tables.Add(resource, table));
        }

        return table;
    }

    private static WriteResult? Refuse(ResourceTable table, ObjectKey key, long expected, out StoredObject? existing)
    {
        if (!table.Objects.TryGetValue((key.Namespace, key.Name), out existing))
        {
            return new(WriteOutcome.NotFound, null);
        }

        return existing.Revision == expected ? null : new(WriteOutcome.Changed, existing);
    }

    private WriteResult Commit(ResourceTable table, ChangeType type, StoredObject obj, StoredObject? previous)
    {
        Interlocked.Exchange(ref _revision, obj.Revision);
        table.Commit(new(type, obj.Revision, obj, previous), _window);
        return new(WriteOutcome.Done, obj);
    }

    private sealed class ResourceTable(long created)
    {
        private readonly Queue<(ObjectChange Change, ImmutableSortedDictionary<(string, string), StoredObject> Before)> _history = new();

        public ImmutableSortedDictionary<(string Namespace, string Name), StoredObject> Objects { get; private set; } =
            ImmutableSortedDictionary.Create<(string, string), StoredObject>(KeyOrder.Instance);

        /// <summary>Of the latest change.</summary>
        public long LastRevision { get; private set; } = created;

        /// <summary>Of the latest change that is no longer kept; watches cannot start before it.</summary>
        public long CompactedRevision { get; private set; } = created;

        public IEnumerable<(ObjectChange Change, ImmutableSortedDictionary<(string, string), StoredObject> Before)> History => _history;

        public List<ObjectWatch> Watches { get; } = [];

        public void Commit(ObjectChange change, int window)
        {
            _history.Enqueue((change, Objects));
            var key = (change.Object!.Key.Namespace, change.Object.Key.Name);
            Objects = change.Type == ChangeType.Deleted ? Objects.Remove(key) : Objects.SetItem(key, change.Object);
            LastRevision = change.Revision;
            if (_history.Count > window)
            {
                CompactedRevision = _history.Dequeue().Change.Revision;
            }

            Offer(change);
        }

        public void Offer(ObjectChange change) => Watches.RemoveAll(watch => !watch.Offer(change));

        /// <summary>The objects at an earlier revision: what was there before the first change after it.</summary>
        public ImmutableSortedDictionary<(string, string), StoredObject>? At(long revision) =>
            revision < CompactedRevision ? null : _history.First(entry => entry.Change.Revision > revision).Before;
    }

    private sealed class KeyOrder : IComparer<(string Namespace, string Name)>
    {
        public static KeyOrder Instance { get; } = new();

        public int Compare((string Namespace, string Name) x, (string Namespace, string Name) y)
        {
            var order = string.CompareOrdinal(x.Namespace, y.Namespace);
            return order != 0 ? order : string.CompareOrdinal(x.Name, y.Name);
        }
    }
}
