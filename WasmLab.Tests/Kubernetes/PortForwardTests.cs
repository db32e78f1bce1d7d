using System.Text;
using WasmLab.Kubernetes;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Kubernetes;

[Trait(Category.Name, Category.Unit)]
public sealed class PortForwardTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task PortForward_SendsAndReceives_OnTheDataChannel()
    {
        string? path = null;
        string? ports = null;
        await using var server = await PodStreamServer.StartAsync(async connection =>
        {
            (path, ports) = (connection.Path, connection.Query["ports"]);
            await connection.SendPortAsync(3000);
            while (await connection.ReceiveAsync() is { Length: > 0 } message)
            {
                message[0].ShouldBe((byte)0);
                await connection.SendAsync(0, Encoding.UTF8.GetString(message.AsSpan(1)).ToUpperInvariant());
            }
        });
        await using var stream = await server.Client.PortForwardAsync("web", "shop", 3000, Ct);

        await stream.WriteAsync("hello"u8.ToArray(), Ct);
        var answer = new byte[5];
        await stream.ReadExactlyAsync(answer, Ct);

        Encoding.UTF8.GetString(answer).ShouldBe("HELLO");
        path.ShouldBe("/api/v1/namespaces/shop/pods/web/portforward");
        ports.ShouldBe("3000");
    }

    [Fact]
    public async Task Data_LargerThanAMessage_ArrivesWhole()
    {
        var sent = new byte[3_000_000];
        new Random(1).NextBytes(sent);
        await using var server = await PodStreamServer.StartAsync(async connection =>
        {
            await connection.SendPortAsync(80);
            while (await connection.ReceiveAsync() is { Length: > 0 } message)
            {
                await connection.SendAsync(0, message[1..]);
            }
        });
        await using var stream = await server.Client.PortForwardAsync("web", "shop", 80, Ct);

        var writing = stream.WriteAsync(sent, Ct).AsTask();
        var received = new byte[sent.Length];
        await stream.ReadExactlyAsync(received, Ct);
        await writing;

        received.ShouldBe(sent);
    }

    [Fact]
    public async Task ServerCloses_IsTheEndOfTheStream()
    {
        await using var server = await PodStreamServer.StartAsync(async connection =>
        {
            await connection.SendPortAsync(80);
            await connection.SendAsync(0, "bye");
            await connection.CloseAsync();
        });
        await using var stream = await server.Client.PortForwardAsync("web", "shop", 80, Ct);

        using var reader = new StreamReader(stream);
        (await reader.ReadToEndAsync(Ct)).ShouldBe("bye");
    }

    [Fact]
    public async Task NothingListens_TheFirstReadSaysWhatTheNodeSaid()
    {
        await using var server = await PodStreamServer.StartAsync(async connection =>
        {
            await connection.SendPortAsync(81);
            await connection.SendAsync(1, "error forwarding port 81 to pod 1234: ");
            await connection.SendAsync(1, "dial tcp4 127.0.0.1:81: connect: connection refused");
            await connection.CloseAsync();
        });
        await using var stream = await server.Client.PortForwardAsync("web", "shop", 81, Ct);

        var error = await Should.ThrowAsync<IOException>(async () => await stream.ReadExactlyAsync(new byte[1], Ct));
        error.Message.ShouldBe("port 81 of pod shop/web: error forwarding port 81 to pod 1234: dial tcp4 127.0.0.1:81: connect: connection refused");
    }

    [Fact]
    public async Task ConnectionBreaks_IsAnIOException()
    {
        await using var server = await PodStreamServer.StartAsync(async connection =>
        {
            await connection.SendPortAsync(80);
            await connection.ReceiveAsync();
            connection.Break();
        });
        await using var stream = await server.Client.PortForwardAsync("web", "shop", 80, Ct);

        await stream.WriteAsync("x"u8.ToArray(), Ct);
        var error = await Should.ThrowAsync<IOException>(async () => await stream.ReadExactlyAsync(new byte[1], Ct));
        error.Message.ShouldStartWith("port 80 of pod shop/web: the connection broke");
    }

    [Fact]
    public async Task PodMissing_IsTheServersOwnError()
    {
        await using var server = await PodStreamServer.StartAsync(_ => Task.CompletedTask);

        var error = await Should.ThrowAsync<KubernetesException>(() => server.Client.PortForwardAsync("missing", "shop", 80, Ct));

        error.IsNotFound.ShouldBeTrue();
        error.Message.ShouldBe("pods \"missing\" not found");
    }

    [Fact]
    public async Task OtherSubprotocol_IsRefused()
    {
        await using var server = await PodStreamServer.StartAsync(_ => Task.CompletedTask, protocol: "SPDY/3.1");

        var error = await Should.ThrowAsync<HttpRequestException>(() => server.Client.PortForwardAsync("web", "shop", 80, Ct));

        error.Message.ShouldContain("does not speak v4.channel.k8s.io");
    }
}
