using System.Text.Json;
using System.Text.Json.Serialization;

namespace WasmLab.Tests.Wasm.Spec;

/// <summary>The JSON that the converter writes for one file.</summary>
internal sealed record SpecScript(IReadOnlyList<SpecCommand> Commands)
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Reads a script. The converter forgets the commas between the types of a trapping call's results.</summary>
    public static SpecScript Read(string path) =>
        JsonSerializer.Deserialize<SpecScript>(File.ReadAllText(path).Replace("}{\"type\"", "}, {\"type\"", StringComparison.Ordinal), Options)!;
}

internal sealed record SpecCommand(
    string Type,
    int Line,
    string? Filename,
    string? Name,
    [property: JsonPropertyName("as")] string? RegisteredName,
    string? ModuleType,
    string? Text,
    SpecAction? Action,
    IReadOnlyList<SpecValue>? Expected);

internal sealed record SpecAction(string Type, string? Module, string Field, IReadOnlyList<SpecValue>? Args);

/// <summary>A value; of a v128 one text a lane.</summary>
internal sealed record SpecValue(string Type, string? LaneType, JsonElement Value);
