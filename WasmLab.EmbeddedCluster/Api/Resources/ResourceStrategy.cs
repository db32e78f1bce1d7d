using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Json;
using WasmLab.EmbeddedCluster.Api.Validation;

namespace WasmLab.EmbeddedCluster.Api.Resources;

/// <summary>What a kind does with its objects before they are stored. Objects given to it may be changed; older ones may not.</summary>
internal class ResourceStrategy
{
    /// <summary>A kind with no rules beyond those of every kind.</summary>
    public static ResourceStrategy Plain { get; } = new();

    /// <summary>Whether <c>metadata.generation</c> counts changes of what is wanted.</summary>
    public virtual bool HasGeneration => false;

    /// <summary>What is wrong with a name of the kind, or null.</summary>
    public virtual string? NameError(string name) => Names.Subdomain(name);

    /// <summary>Fills in what was left out.</summary>
    public virtual void Default(JsonObject obj)
    {
    }

    /// <summary>Removes what a client may not set on a new object, and sets what the server does.</summary>
    public virtual void PrepareForCreate(JsonObject obj, ResourceContext context)
    {
    }

    /// <summary>Restores what a client may not change.</summary>
    public virtual void PrepareForUpdate(JsonObject obj, JsonObject old)
    {
    }

    /// <summary>Judges an object by itself.</summary>
    public virtual void Validate(JsonObject obj, FieldErrors errors)
    {
    }

    /// <summary>Judges a change.</summary>
    public virtual void ValidateUpdate(JsonObject obj, JsonObject old, FieldErrors errors)
    {
    }

    /// <summary>Refuses what the cluster cannot take, by throwing; called for new objects that are valid.</summary>
    public virtual void Admit(JsonObject obj, ResourceContext context)
    {
    }

    /// <summary>Takes from the cluster, and gives back to it, what a valid change needs and no longer needs.</summary>
    public virtual void AdmitUpdate(JsonObject obj, JsonObject old, ResourceContext context)
    {
    }

    /// <summary>Undoes what <see cref="PrepareForCreate"/> took, when the object is gone or never came to be.</summary>
    public virtual void Release(JsonObject obj, ResourceContext context)
    {
    }

    /// <summary>What happens to an object on deletion.</summary>
    /// <param name="obj">The object, to be marked as deleted when it stays.</param>
    /// <param name="grace">What the client asks for.</param>
    /// <param name="context">The cluster.</param>
    /// <returns>Seconds that it stays for; 0 is gone unless finalizers hold it.</returns>
    public virtual long GracePeriod(JsonObject obj, long? grace, ResourceContext context) => 0;

    /// <summary>Whether an object that is marked as deleted stays, beyond grace and finalizers in its metadata.</summary>
    public virtual bool IsHeld(JsonObject obj) => false;

    /// <summary>Called when an object is first marked as deleted.</summary>
    public virtual void MarkDeleted(JsonObject obj)
    {
    }

    /// <summary>Whether two states of an object want the same.</summary>
    public virtual bool SameSpec(JsonObject obj, JsonObject old) => JsonNode.DeepEquals(obj["spec"], old["spec"]);

    /// <summary>The value must be what it was.</summary>
    protected static void Immutable(string field, JsonNode? value, JsonNode? old, FieldErrors errors)
    {
        if (!JsonNode.DeepEquals(value, old))
        {
            errors.Invalid(field, value?.DeepClone(), "field is immutable");
        }
    }

    /// <summary>Text at a path, for fields that must be there.</summary>
    protected static string? Text(JsonNode? node, params ReadOnlySpan<string> path) => node.Str(path);
}
