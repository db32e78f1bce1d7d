using System.Text.Json;
using System.Text.Json.Nodes;

namespace WasmLab.Hosting.Clusters;

/// <summary>
/// One line of <c>minikube start -o json</c>: a CloudEvent whose type is <c>io.k8s.sigs.minikube.KIND</c> and whose data are all text.
/// See https://minikube.sigs.k8s.io/docs/contrib/json_output/.
/// </summary>
/// <param name="Kind"><c>step</c>, <c>info</c>, <c>warning</c>, <c>error</c>, <c>download</c> or <c>download.progress</c>.</param>
/// <param name="Data">Its fields.</param>
internal sealed record MinikubeEvent(string Kind, JsonObject Data)
{
    private const string Prefix = "io.k8s.sigs.minikube.";

    /// <summary>What it says, without the emoji that minikube begins with.</summary>
    public string Message => Field("message").TrimStart(character => !char.IsAscii(character) || char.IsWhiteSpace(character)).TrimEnd();

    /// <summary>The reason's id of an error that ends minikube, such as <c>RSRC_DOCKER_STORAGE</c>; null for any other event.</summary>
    public string? Reason => Kind == "error" && Field("exitcode").Length > 0 && Field("name") is { Length: > 0 } name ? name : null;

    public string Field(string name) => Data[name]?.ToString() ?? "";

    /// <summary>Null for a line that is no event: some of what minikube's drivers write is plain text.</summary>
    public static MinikubeEvent? TryParse(string line)
    {
        if (!line.StartsWith('{'))
        {
            return null;
        }

        try
        {
            return JsonNode.Parse(line) is JsonObject document
                && (string?)document["type"] is { } type && type.StartsWith(Prefix, StringComparison.Ordinal)
                && document["data"] is JsonObject data
                    ? new MinikubeEvent(type[Prefix.Length..], data)
                    : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

file static class TextExtensions
{
    public static string TrimStart(this string text, Func<char, bool> isTrimmed) => new([.. text.SkipWhile(isTrimmed)]);
}
