using WasmLab.EmbeddedCluster.Api.Http;

namespace WasmLab.EmbeddedCluster.Api.Verbs;

/// <summary>What to do with fields that no schema knows.</summary>
internal enum FieldValidation
{
    Ignore,
    Warn,
    Strict,
}

/// <summary>How to write.</summary>
/// <param name="DryRun">Do all but store.</param>
/// <param name="Manager">Who owns the fields that change.</param>
/// <param name="Subresource">The part of the object that may change; null is all but the status.</param>
/// <param name="Unknown">What to do with unknown fields.</param>
/// <param name="Warn">Tells the client.</param>
internal sealed record WriteOptions(bool DryRun, string Manager, string? Subresource, FieldValidation Unknown, Action<string> Warn)
{
    public static WriteOptions Of(ApiRequest request) => new(
        request.DryRun,
        request.FieldManager,
        request.Subresource,
        request.Query("fieldValidation") switch
        {
            null or "Warn" => FieldValidation.Warn,
            "Ignore" => FieldValidation.Ignore,
            "Strict" => FieldValidation.Strict,
            var other => throw Statuses.BadRequest($"fieldValidation: Unsupported value: \"{other}\": supported values: \"\", \"Ignore\", \"Strict\", \"Warn\"").AsException(),
        },
        request.Response.AddWarning);
}
