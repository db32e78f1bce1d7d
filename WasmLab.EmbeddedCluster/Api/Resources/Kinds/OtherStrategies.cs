using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Json;
using WasmLab.EmbeddedCluster.Api.Validation;

namespace WasmLab.EmbeddedCluster.Api.Resources.Kinds;

/// <summary>Classes of runtimes: the handler is what they are, and cannot change.</summary>
internal sealed class RuntimeClassStrategy : ResourceStrategy
{
    public override void Validate(JsonObject obj, FieldErrors errors) => errors.Name("handler", obj.Str("handler"), Names.Label);

    public override void ValidateUpdate(JsonObject obj, JsonObject old, FieldErrors errors) =>
        Immutable("handler", obj["handler"], old["handler"], errors);
}

/// <summary>Events: they belong to the namespace of what they are about.</summary>
internal sealed class EventStrategy : ResourceStrategy
{
    public override void Validate(JsonObject obj, FieldErrors errors)
    {
        var about = obj.Str("involvedObject", "namespace");
        if (about is not null && about != obj.Str("metadata", "namespace"))
        {
            errors.Invalid("involvedObject.namespace", about, "does not match event.namespace");
        }
    }
}

/// <summary>Virtual clusters: their names become part of the names of what they sync.</summary>
internal sealed class VirtualClusterStrategy : ResourceStrategy
{
    public override bool HasGeneration => true;

    public override string? NameError(string name) => Names.Label(name);

    public override void PrepareForCreate(JsonObject obj, ResourceContext context) => obj.Remove("status");
}
