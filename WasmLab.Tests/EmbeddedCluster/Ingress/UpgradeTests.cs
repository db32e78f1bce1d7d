using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using WasmLab.Tests.EmbeddedCluster.Ingresses.Support;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Ingresses;

[Trait(Category.Name, Category.Unit)]
public sealed class UpgradeTests
{
    [Fact]
    public async Task WebSocket_ThroughTheIngress_CarriesMessagesBothWaysAndCloses()
    {
        await using var pod = await WebSocketEchoAsync();
        var port = new Uri(pod.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
        await using var ingress = (await IngressHarness.StartAsync()).Route("/ws(/|$)(.*)", [port], ("rewrite-target", "/$2"));
        using var socket = new ClientWebSocket();
        var token = TestContext.Current.CancellationToken;
        await socket.ConnectAsync(new Uri($"ws://{ingress.Authority}/ws/echo"), token);

        foreach (var message in new[] { "hello", new string('x', 100_000), "bye" })
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, true, token);
            (await ReceiveAsync(socket)).ShouldBe(message);
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", token);
        socket.State.ShouldBe(WebSocketState.Closed);
        (await ingress.WaitForLogAsync(" 101 ")).ShouldContain("GET /ws/echo HTTP/1.1\" 101 ");
        await Wait.UntilAsync("the tunnel is closed on the pod's side", () => ingress.OpenConnections == 0);
    }

    [Fact]
    public async Task Upgrade_PodSendsBytesWithIts101_TheyArrive()
    {
        await using var pod = RawBackend.Start(async connection =>
        {
            (await connection.ReadHeadAsync()).ShouldNotBeNull().ShouldContain("Connection: upgrade\r\nUpgrade: raw\r\n");
            await connection.WriteAsync("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: raw\r\n\r\nearly");
            (await connection.ReadAsync(4)).ShouldBe("late");
            await connection.WriteAsync("bye");
            connection.Close();
        });
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [pod.Port]);
        var client = await RawConnection.ConnectAsync(ingress.Port);
        await client.WriteAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: raw\r\n\r\n");

        var head = await client.ReadHeadAsync();
        head.ShouldNotBeNull().ShouldStartWith("HTTP/1.1 101 ");
        head.ShouldContain("Upgrade: raw\r\n");
        (await client.ReadAsync(5)).ShouldBe("early");
        await client.WriteAsync("late");
        (await client.ReadToEndAsync()).ShouldBe("bye");
    }

    [Fact]
    public async Task Upgrade_PodRefuses_ItsAnswerArrives()
    {
        await using var pod = RawBackend.Answer("HTTP/1.1 426 Upgrade Required\r\nContent-Length: 2\r\n\r\nno");
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [pod.Port]);
        var client = await RawConnection.ConnectAsync(ingress.Port);
        await client.WriteAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");

        (await client.ReadHeadAsync()).ShouldNotBeNull().ShouldStartWith("HTTP/1.1 426 ");
        (await client.ReadAsync(2)).ShouldBe("no");
    }

    [Fact]
    public async Task Upgrade_ToHttp2_IsNotPassedOn()
    {
        await using var pod = RawBackend.Text("ok");
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [pod.Port]);
        var client = await RawConnection.ConnectAsync(ingress.Port);
        await client.WriteAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n");

        (await client.ReadHeadAsync()).ShouldNotBeNull().ShouldStartWith("HTTP/1.1 200 ");
        pod.Requests.ShouldHaveSingleItem().ShouldNotContain("h2c");
        pod.Requests[0].ShouldNotContain("HTTP2-Settings");
    }

    [Fact]
    public async Task Upgrade_BothSidesSilentTooLong_Ends()
    {
        await using var pod = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.WriteAsync("HTTP/1.1 101 Switching Protocols\r\nUpgrade: raw\r\n\r\n");
            await connection.ReadToEndAsync();
        });
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [pod.Port], ("proxy-read-timeout", "1"));
        var client = await RawConnection.ConnectAsync(ingress.Port);
        await client.WriteAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: raw\r\n\r\n");
        await client.ReadHeadAsync();

        (await client.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(30))).ShouldBe("");
    }

    private static async Task<string> ReceiveAsync(WebSocket socket)
    {
        var buffer = new byte[200_000];
        var length = 0;
        while (true)
        {
            var result = await socket.ReceiveAsync(buffer.AsMemory(length), TestContext.Current.CancellationToken);
            length += result.Count;
            if (result.EndOfMessage)
            {
                return Encoding.UTF8.GetString(buffer, 0, length);
            }
        }
    }

    private static async Task<WebApplication> WebSocketEchoAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => options.Listen(System.Net.IPAddress.Loopback, 0));
        var application = builder.Build();
        application.UseWebSockets();
        application.Run(async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var buffer = new byte[16 * 1024];
            while (true)
            {
                var result = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
                if (result.MessageType == WebSocketMessageType.Close)
                {
                    await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);
                    return;
                }

                await socket.SendAsync(buffer.AsMemory(0, result.Count), result.MessageType, result.EndOfMessage, CancellationToken.None);
            }
        });
        await application.StartAsync();
        return application;
    }
}
