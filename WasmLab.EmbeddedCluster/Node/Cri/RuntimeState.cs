using System.Text.Json;
using System.Text.Json.Nodes;
using Grpc.Core;
using WasmLab.EmbeddedCluster.Nodes.Cri.V1;

namespace WasmLab.EmbeddedCluster.Nodes.Cri;

/// <summary>What a container runtime says of itself.</summary>
/// <param name="Handlers">Its runtime handlers, the default one first.</param>
/// <param name="Problem">Why it is not ready, in the kubelet's words; null when it is.</param>
internal sealed record RuntimeState(IReadOnlyList<string> Handlers, string? Problem)
{
    /// <exception cref="RpcException">It does not answer.</exception>
    public static async Task<RuntimeState> ReadAsync(CriClient client, CancellationToken cancellationToken)
    {
        var answer = await client.Runtime.StatusAsync(new StatusRequest { Verbose = true }, client.Usual(cancellationToken));
        return new RuntimeState(HandlersOf(answer), ProblemOf(answer.Status));
    }

    private static string? ProblemOf(RuntimeStatus? status)
    {
        var failed = status?.Conditions.FirstOrDefault(condition => !condition.Status && condition.Type is "RuntimeReady" or "NetworkReady");
        return failed is null
            ? null
            : $"container runtime {(failed.Type == "NetworkReady" ? "network " : "")}not ready: {failed.Type}=false reason:{failed.Reason} message:{failed.Message}";
    }

    // Before 2.0 containerd tells its handlers only as part of its configuration.
    private static List<string> HandlersOf(StatusResponse answer)
    {
        if (answer.RuntimeHandlers.Count > 0)
        {
            return [.. answer.RuntimeHandlers.Select(handler => handler.Name).Where(name => name.Length > 0)];
        }

        if (!answer.Info.TryGetValue("config", out var json))
        {
            return [];
        }

        try
        {
            var containerd = JsonNode.Parse(json)?["containerd"];
            var first = (string?)containerd?["defaultRuntimeName"];
            var names = containerd?["runtimes"]?.AsObject().Select(runtime => runtime.Key) ?? [];
            return [.. names.OrderByDescending(name => name == first).ThenBy(name => name, StringComparer.Ordinal)];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Not containerd's configuration: the handlers stay unknown, and work all the same.
            return [];
        }
    }
}
