using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using WasmLab.EmbeddedCluster.Ingresses.Forwarding;
using WasmLab.Tests.Kubernetes;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Ingresses;

[Trait(Category.Name, Category.Unit)]
public sealed class PodConnectorTests
{
    // RFC 1112: reserved addresses, to which no route leads.
    private static readonly IPEndPoint s_nowhere = new(IPAddress.Parse("240.0.0.1"), 3000);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connect_PortForward_CarriesBytesBothWaysAndTheEnd()
    {
        await using var server = await PodStreamServer.StartAsync(EchoAsync);
        using var socket = await Create(server, PodReach.PortForward).ConnectAsync(Pod(s_nowhere), Token);

        await socket.SendAsync(Encoding.ASCII.GetBytes("hello"), Token);

        (await ReadToEndAsync(socket)).ShouldBe("echo hello");
    }

    [Fact]
    public async Task Connect_AutoWithoutRoute_DecidesForThePortForward()
    {
        await using var server = await PodStreamServer.StartAsync(EchoAsync);
        var connector = Create(server, PodReach.Auto);

        using var socket = await connector.ConnectAsync(Pod(s_nowhere), Token);
        await socket.SendAsync(Encoding.ASCII.GetBytes("hello"), Token);

        (await ReadToEndAsync(socket)).ShouldBe("echo hello");
        connector.Reach.ShouldBe(PodReach.PortForward);
    }

    [Fact]
    public async Task Connect_AutoWithRoute_DecidesForTheAddress()
    {
        await using var server = await PodStreamServer.StartAsync(EchoAsync);
        using var pod = new TcpListener(IPAddress.Loopback, 0);
        pod.Start();
        var connector = Create(server, PodReach.Auto);

        using var socket = await connector.ConnectAsync(Pod((IPEndPoint)pod.LocalEndpoint), Token);

        socket.RemoteEndPoint.ShouldBe(pod.LocalEndpoint);
        connector.Reach.ShouldBe(PodReach.Direct);
    }

    [Fact]
    public async Task Connect_AutoRefused_ForwardsAndDecidesNothing()
    {
        await using var server = await PodStreamServer.StartAsync(EchoAsync);
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var connector = Create(server, PodReach.Auto);

        using var socket = await connector.ConnectAsync(Pod((IPEndPoint)closed.LocalEndPoint!), Token);

        connector.Reach.ShouldBe(PodReach.Auto);
    }

    [Fact]
    public async Task Connect_PodThatIsGone_IsASocketExceptionWithTheServersWords()
    {
        await using var server = await PodStreamServer.StartAsync(EchoAsync);
        var missing = new PodEndPoint(s_nowhere, "default", "missing");

        var failure = await Should.ThrowAsync<SocketException>(async () => await Create(server, PodReach.PortForward).ConnectAsync(missing, Token));

        failure.Message.ShouldContain("pods \"missing\" not found");
    }

    [Fact]
    public async Task Close_OfTheForwardersEnd_EndsTheConnectionToTheApiServer()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await PodStreamServer.StartAsync(async connection =>
        {
            await connection.SendPortAsync(3000);
            (await connection.ReceiveAsync()).ShouldBeEmpty();
            ended.SetResult();
        });
        var socket = await Create(server, PodReach.PortForward).ConnectAsync(Pod(s_nowhere), Token);

        socket.Dispose();

        await ended.Task.WaitAsync(TimeSpan.FromSeconds(10), Token);
    }

    private static PodEndPoint Pod(IPEndPoint address) => new(address, "default", "web");

    private static PodConnector Create(PodStreamServer server, PodReach reach) => new(
        new PortForwardConnector(server.Client, NullLogger<PortForwardConnector>.Instance), reach, NullLogger<PodConnector>.Instance);

    private static async Task EchoAsync(PodStreamConnection connection)
    {
        await connection.SendPortAsync(3000);
        var received = await connection.ReceiveAsync();
        if (received.Length > 0)
        {
            await connection.SendAsync(0, "echo " + Encoding.ASCII.GetString(received, 1, received.Length - 1));
            await connection.CloseAsync();
        }
    }

    private static async Task<string> ReadToEndAsync(Socket socket)
    {
        using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(Token);
    }
}
