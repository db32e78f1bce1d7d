using System.Text.Json.Nodes;

namespace WasmLab.EmbeddedCluster.Api.Store;

/// <summary>
/// Keeps objects and tells of their changes. What it promises:
/// <list type="bullet">
/// <item>One counter, the revision, numbers all writes of all resources; a write stamps it into the object as <c>metadata.resourceVersion</c>.</item>
/// <item>A read sees every write that had returned before it began; a list is of one revision.</item>
/// <item>A watch gets every change of its resource after the revision it starts from, in the order of revisions, none left out and none twice.</item>
/// <item>Changes are kept for a while only. A watch from before that, or one whose reader falls too far behind, ends as compacted: its reader has to list again.</item>
/// <item>No write waits for a reader.</item>
/// </list>
/// Objects are stored as given: defaults, validation and admission are done above.
/// </summary>
internal interface IObjectStore
{
    /// <summary>The revision of the latest write of all.</summary>
    long Revision { get; }

    /// <summary>An object, or null.</summary>
    StoredObject? Find(ObjectKey key);

    /// <summary>The objects of a resource, in the order of namespace and name.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="at">The revision that the list is to be of; null is the latest.</param>
    /// <returns>Null when that revision is no longer kept.</returns>
    ObjectSnapshot? List(string resource, long? at = null);

    /// <summary>Stores a new object, unless there is one of that key.</summary>
    WriteResult Create(ObjectKey key, JsonObject obj);

    /// <summary>Replaces an object if its revision still is the expected one.</summary>
    WriteResult Replace(ObjectKey key, long expected, JsonObject obj);

    /// <summary>Removes an object if its revision still is the expected one; the result carries its last state, stamped with the revision of the removal.</summary>
    /// <param name="key">The object.</param>
    /// <param name="expected">Its revision.</param>
    /// <param name="last">Its last state; null is the one that is stored.</param>
    WriteResult Delete(ObjectKey key, long expected, JsonObject? last = null);

    /// <summary>Starts a watch.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="after">The revision after which it starts; null is the latest.</param>
    /// <returns>Null when that revision is no longer kept.</returns>
    ObjectWatch? Watch(string resource, long? after);
}

/// <summary>Names an object.</summary>
/// <param name="Resource">Resource with its group: <c>pods</c>, <c>ingresses.networking.k8s.io</c>.</param>
/// <param name="Namespace">Its namespace; empty when the resource has none.</param>
/// <param name="Name">Its name.</param>
internal readonly record struct ObjectKey(string Resource, string Namespace, string Name);

/// <summary>What became of a write.</summary>
internal enum WriteOutcome
{
    /// <summary>It is done.</summary>
    Done,

    /// <summary>There is no such object.</summary>
    NotFound,

    /// <summary>There is such an object already.</summary>
    Exists,

    /// <summary>The object has been changed since it was read.</summary>
    Changed,
}

/// <summary>What became of a write, and the object as it now is (or was, if it was deleted or stood in the way).</summary>
internal sealed record WriteResult(WriteOutcome Outcome, StoredObject? Object);

/// <summary>The objects of a resource at a revision.</summary>
internal sealed record ObjectSnapshot(long Revision, IReadOnlyList<StoredObject> Objects);

/// <summary>What happened to an object.</summary>
internal enum ChangeType
{
    Added,
    Modified,
    Deleted,

    /// <summary>Nothing: every change up to the revision has been reported.</summary>
    Progress,
}

/// <summary>A change.</summary>
/// <param name="Type">What happened.</param>
/// <param name="Revision">The revision of the write.</param>
/// <param name="Object">The object after it; its last state if it was deleted; null for progress.</param>
/// <param name="Previous">The object before it; null if there was none.</param>
internal sealed record ObjectChange(ChangeType Type, long Revision, StoredObject? Object, StoredObject? Previous);
