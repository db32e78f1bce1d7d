using System.Globalization;
using System.Text.Json;
using WasmLab.EmbeddedCluster.Api.Http;
using WasmLab.EmbeddedCluster.Api.PodStreams;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;
using WasmLab.Kubernetes.PodStreams;

namespace WasmLab.EmbeddedCluster.Api.Verbs;

/// <summary>Connections to the ports of a pod, over a WebSocket.</summary>
internal static class PortForwardVerb
{
    public static async Task HandleAsync(ApiRequest request)
    {
        var found = request.Core.Store.Find(request.Key) ?? throw Statuses.NotFound(request.Resource.Type, request.Name!).AsException();
        var pod = found.Root.Deserialize<Pod>(KubernetesJson.Options)!;
        if (pod.Status.Phase != "Running")
        {
            throw Statuses.BadRequest($"unable to forward port because pod is not running. Current status={pod.Status.Phase}").AsException();
        }

        var source = request.Core.PortSource?.Invoke()
            ?? throw Statuses.NotImplemented("no part of this cluster reaches the ports of pods: the node does not run in this process").AsException();
        var webSockets = request.Http.WebSockets;
        if (!webSockets.IsWebSocketRequest)
        {
            throw Statuses.BadRequest("Upgrade request required").AsException();
        }

        if (!webSockets.WebSocketRequestedProtocols.Contains(ChannelSocket.Version4))
        {
            throw Statuses.BadRequest($"the subprotocols ({string.Join(", ", webSockets.WebSocketRequestedProtocols)}) do not include {ChannelSocket.Version4}").AsException();
        }

        var ports = Ports(request);
        using var socket = await webSockets.AcceptWebSocketAsync(ChannelSocket.Version4).ConfigureAwait(false);
        using var forward = new ChannelPortForward(socket, ports, (port, ct) => source.ConnectAsync(pod, port, ct));
        await forward.RunAsync(request.Aborted).ConfigureAwait(false);
    }

    private static List<int> Ports(ApiRequest request)
    {
        var ports = request.Http.Request.Query["ports"].SelectMany(value => (value ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
            .Select(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= ushort.MaxValue
                ? port
                : throw Statuses.BadRequest($"ports: '{text}' is no port").AsException())
            .ToList();
        return ports.Count is > 0 and <= ChannelPortForward.MaximumPorts
            ? ports
            : throw Statuses.BadRequest($"query parameter \"ports\" names 1 to {ChannelPortForward.MaximumPorts} ports").AsException();
    }
}
