using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace WasmLab.Hosting.Tools;

/// <summary>A program of others that the lab drives: how it tells its version, which one is needed, where it is had.</summary>
/// <param name="Program">Its name on the PATH.</param>
/// <param name="Needed">The oldest version that will do.</param>
/// <param name="Install">The page that says how to install it.</param>
/// <param name="VersionArguments">What makes it tell its version.</param>
/// <param name="ReadVersion">Finds the version in what it then writes.</param>
internal sealed partial record RequiredTool(
    string Program, Version Needed, string Install, IReadOnlyList<string> VersionArguments, Func<string, string?> ReadVersion)
{
    /// <summary><c>docker save</c> writes an OCI image layout since 25.0.</summary>
    public static RequiredTool Docker { get; } = new(
        "docker", new Version(25, 0), "https://docs.docker.com/engine/install/",
        ["version", "--format", "{{json .}}"], output => Json(output, document => document["Client"]?["Version"]));

    /// <summary><c>image ls --format json</c> and <c>start --embed-certs -o json</c> behave since 1.32 as the lab expects.</summary>
    public static RequiredTool Minikube { get; } = new(
        "minikube", new Version(1, 32), "https://minikube.sigs.k8s.io/docs/start/",
        ["version", "-o", "json"], output => Json(output, document => document["minikubeVersion"]));

    /// <summary>The vcluster chart needs 3.10.</summary>
    public static RequiredTool Helm { get; } = new(
        "helm", new Version(3, 10), "https://helm.sh/docs/intro/install/",
        ["version", "--template", "{{.Version}}"], output => output);

    /// <summary>The version in a tool's words, such as <c>v1.39.0</c> or <c>28.2.2+dfsg</c>; null when there is none.</summary>
    public Version? VersionOf(string output) =>
        ReadVersion(output) is { } text && VersionNumber().Match(text) is { Success: true } match ? Version.Parse(match.Value) : null;

    private static string? Json(string output, Func<JsonNode, JsonNode?> find)
    {
        try
        {
            return JsonNode.Parse(output) is { } document ? (string?)find(document) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"\d+\.\d+(\.\d+)?")]
    private static partial Regex VersionNumber();
}
