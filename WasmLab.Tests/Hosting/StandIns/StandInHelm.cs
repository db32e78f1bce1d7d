using System.Text.Json.Nodes;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.Tests.Hosting.StandIns;

/// <summary>helm with the vcluster chart: its release is a virtual cluster of the stand-ins' cluster, with the service that a real one has.</summary>
internal sealed class StandInHelm(Func<StandInCluster?> cluster)
{
    private const int ApiPort = 443;
    private readonly Dictionary<string, (string Chart, string Values)> _releases = [];

    public string Version { get; set; } = "v3.19.2";

    /// <summary>What <c>helm upgrade</c> answers instead of installing.</summary>
    public ToolAnswer? UpgradeFailure { get; set; }

    public async Task<ToolAnswer> AnswerAsync(ToolCall call)
    {
        switch (call.Arguments[0])
        {
            case "version":
                return new ToolAnswer(Version);
            case "repo":
                var file = call.Option("--repository-config")!;
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                await File.WriteAllTextAsync(file, $"apiVersion: \"\"\nrepositories:\n- name: {call.Arguments[2]}\n  url: {call.Arguments[3]}\n");
                return ToolAnswer.Of($"\"{call.Arguments[2]}\" has been added to your repositories");
            case "list":
                return ToolAnswer.Of(List(call.Option("--namespace")!));
            case "get" when _releases.TryGetValue(call.Arguments[2], out var release):
                return ToolAnswer.Of(Manifest.Parse(release.Values)[0].ToJsonString());
            case "upgrade" when UpgradeFailure is { } failure:
                return failure;
            case "upgrade":
                return await UpgradeAsync(call);
            default:
                return ToolAnswer.Failed(1, "Error: release: not found");
        }
    }

    private string List(string name) => new JsonArray([.. _releases.Where(release => release.Key == name).Select(release => new JsonObject
    {
        ["name"] = name,
        ["namespace"] = name,
        ["revision"] = "1",
        ["updated"] = "2026-11-25 19:00:00.000000000 +0000 UTC",
        ["status"] = "deployed",
        ["chart"] = release.Value.Chart,
        ["app_version"] = "0.36.0",
    })]).ToJsonString();

    private async Task<ToolAnswer> UpgradeAsync(ToolCall call)
    {
        var name = call.Arguments[2];
        var host = cluster() ?? throw new InvalidOperationException("There is no cluster.");
        await host.AddServiceAsync(name, name, ApiPort, host.ApiPort);
        await host.Client.ApplyAsync(new VirtualCluster { Metadata = { Name = name, Namespace = name } }, "helm");
        _releases[name] = ($"vcluster-{call.Option("--version")}", await File.ReadAllTextAsync(call.Option("--values")!));
        return ToolAnswer.Of($"Release \"{name}\" does not exist. Installing it now.\nNAME: {name}\nNAMESPACE: {name}\nSTATUS: deployed\nREVISION: 1");
    }
}
