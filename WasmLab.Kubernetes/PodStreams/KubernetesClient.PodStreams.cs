using WasmLab.Kubernetes.Objects;
using WasmLab.Kubernetes.PodStreams;

namespace WasmLab.Kubernetes;

public sealed partial class KubernetesClient
{
    /// <summary>
    /// A connection to a port inside a pod, through the API server and the pod's node. There is no half-close: disposing of the stream ends both directions.
    /// </summary>
    /// <param name="pod">The pod.</param>
    /// <param name="ns">Its namespace.</param>
    /// <param name="port">The port, on loopback inside the pod.</param>
    /// <param name="ct">Ends the connecting.</param>
    /// <returns>A duplex stream. If nothing listens on the port, its first read throws an <see cref="IOException"/> with what the node said.</returns>
    /// <exception cref="KubernetesException">There is no such pod, it does not run, or the credentials do not allow it.</exception>
    public async Task<Stream> PortForwardAsync(string pod, string ns, int port, CancellationToken ct = default)
    {
        var path = Pod.Type.Path(ns, pod, "portforward") + Query([("ports", port.ToString(System.Globalization.CultureInfo.InvariantCulture))]);
        var socket = await _transport.OpenWebSocketAsync(path, [ChannelSocket.Version4], ct).ConfigureAwait(false);
        var stream = new PortForwardStream(new(socket), $"port {port} of pod {ns}/{pod}");
        try
        {
            await stream.OpenAsync(ct).ConfigureAwait(false);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Runs a command in a container and waits for its end.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="ns">Its namespace.</param>
    /// <param name="command">The program and its arguments; no shell is in between.</param>
    /// <param name="options">The container, input and output; null is the only container, no input, output collected.</param>
    /// <param name="ct">Ends the wait; the command is not told.</param>
    /// <returns>Its exit code, which may be other than 0, and its output.</returns>
    /// <exception cref="KubernetesException">There is no such pod or container, it does not run, the program could not be started, or the credentials do not allow it.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public async Task<ExecResult> ExecAsync(
        string pod, string ns, IReadOnlyList<string> command, ExecOptions? options = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        options ??= new();
        var path = Pod.Type.Path(ns, pod, "exec") + Query([
            ("container", options.Container),
            ("stdin", options.Stdin is null ? null : "true"),
            ("stdout", "true"),
            ("stderr", "true"),
            .. command.Select(argument => ("command", (string?)argument))]);
        var socket = await _transport.OpenWebSocketAsync(path, [ChannelSocket.Version5, ChannelSocket.Version4], ct).ConfigureAwait(false);
        var channels = new ChannelSocket(socket);
        await using (channels.ConfigureAwait(false))
        {
            using var session = new ExecSession(channels, options);
            return await session.RunAsync(ct).ConfigureAwait(false);
        }
    }
}
