using System.Net.Sockets;

using WasmLab.Tests.Support;

namespace WasmLab.Tests.Assets;

/// <summary>What every flavor of the httpbin must do, over a real socket.</summary>
[Trait(Category.Name, Category.EndToEnd)]
public abstract class HttpbinTests(HttpbinServer server)
{
    private const string Get = "GET /get HTTP/1.1\r\nhost: h\r\n\r\n";

    public static TheoryData<string> Cases => [.. HttpbinCases.All.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public Task Server_Request_IsAnsweredAsEveryFlavorDoes(string name) => RequestIsAnsweredAsync(server, name);

    /// <summary>Sends the request of a case and compares what is answered.</summary>
    internal static async Task RequestIsAnsweredAsync(HttpbinServer server, string name)
    {
        var (request, answers) = HttpbinCases.All[name];
        using var client = new RawHttp(await server.ConnectAsync());
        var sending = SendAndEndAsync(client, request);

        foreach (var expected in answers)
        {
            var answer = (await client.ReceiveAsync(expected.HasBody)).ShouldNotBeNull();
            answer.Status.ShouldBe(expected.Status, answer.Body);
            if (expected.Body is { } body)
            {
                answer.Body.ShouldBe(body.Replace("FLAVOR", server.Flavor, StringComparison.Ordinal));
            }

            if (expected.Header?.Split(": ") is [var field, var value])
            {
                answer.Headers[field].ShouldBe(value);
            }
        }

        (await client.ReceiveAsync()).ShouldBeNull();
        await sending;
    }

    [Fact]
    public async Task Server_Head_HasTheLengthOfGetAndNoBody()
    {
        using var client = new RawHttp(await server.ConnectAsync());
        await client.SendAsync("HEAD" + Get[3..] + Get);

        var head = (await client.ReceiveAsync(hasBody: false)).ShouldNotBeNull();
        var get = (await client.ReceiveAsync()).ShouldNotBeNull();

        head.Status.ShouldBe(200);
        head.Headers["content-length"].ShouldBe($"{System.Text.Encoding.UTF8.GetByteCount(get.Body)}");
    }

    [Fact]
    public async Task Server_ARequestByteByByte_IsAnswered()
    {
        using var client = new RawHttp(await server.ConnectAsync());
        foreach (var character in Get)
        {
            await client.SendAsync(character.ToString());
        }

        (await client.ReceiveAsync())!.Status.ShouldBe(200);
    }

    [Fact]
    public async Task Server_RequestsOneAfterTheOther_ShareTheConnection()
    {
        using var client = new RawHttp(await server.ConnectAsync());
        for (var number = 0; number < 100; number++)
        {
            await client.SendAsync(Get);
            var answer = (await client.ReceiveAsync()).ShouldNotBeNull();
            answer.Status.ShouldBe(200);
            answer.Headers.Keys.ShouldBe(["content-type", "content-length", "date"]);
        }
    }

    [Fact]
    public async Task Server_ExpectContinue_IsGrantedBeforeTheBody()
    {
        using var client = new RawHttp(await server.ConnectAsync());
        await client.SendAsync("GET /get HTTP/1.1\r\nhost: h\r\nexpect: 100-continue\r\ncontent-length: 3\r\n\r\n");
        (await client.ReceiveAsync())!.Status.ShouldBe(100);
        await client.SendAsync("abc");
        (await client.ReceiveAsync())!.Status.ShouldBe(200);
    }

    [Fact]
    public async Task Server_ThousandsOfPipelinedRequests_AreAllAnswered()
    {
        const int Count = 5000;
        using var client = new RawHttp(await server.ConnectAsync());
        var sending = client.SendAsync(string.Concat(Enumerable.Repeat(Get, Count)));
        for (var number = 0; number < Count; number++)
        {
            (await client.ReceiveAsync())!.Status.ShouldBe(200);
        }

        await sending;
    }

    [Fact]
    public async Task Server_ManyConnectionsAtOnce_AnswersThemAll()
    {
        var clients = new List<RawHttp>();
        try
        {
            for (var number = 0; number < 200; number++)
            {
                clients.Add(new RawHttp(await server.ConnectAsync()));
            }

            foreach (var client in Enumerable.Reverse(clients))
            {
                await client.SendAsync(Get);
            }

            foreach (var client in clients)
            {
                (await client.ReceiveAsync())!.Status.ShouldBe(200);
            }
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }
    }

    [Fact]
    public async Task Server_MoreConnectionsThanItHolds_AnswersTheNewOnes()
    {
        var clients = new List<RawHttp>();
        try
        {
            for (var number = 0; number < 1100; number++)
            {
                var client = new RawHttp(await server.ConnectAsync());
                clients.Add(client);
                if (number % 100 == 99)
                {
                    await client.SendAsync(Get);
                    (await client.ReceiveAsync())!.Status.ShouldBe(200);
                }
            }
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }

        await ShouldStillAnswerAsync();
    }

    [Fact]
    public async Task Server_ConnectionsThatAreReset_DoNotHarmOthers()
    {
        for (var number = 0; number < 50; number++)
        {
            using var socket = await server.ConnectAsync();
            socket.LingerState = new LingerOption(true, 0);
            await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes(number % 2 == 0 ? Get : Get[..20]), TestContext.Current.CancellationToken);
        }

        await ShouldStillAnswerAsync();
    }

    [Fact]
    public async Task Server_RandomlyBrokenRequests_AreRefusedOrAnsweredButNeverEndIt()
    {
        var random = new Random(20261122);
        var requests = HttpbinCases.All.Values.Select(row => row.Request).Where(request => request.Length is > 0 and < 20_000).ToList();
        for (var number = 0; number < 300; number++)
        {
            var request = requests[random.Next(requests.Count)].ToCharArray();
            for (var change = random.Next(1, 6); change > 0; change--)
            {
                request[random.Next(request.Length)] = (char)random.Next(256);
            }

            using var client = new RawHttp(await server.ConnectAsync());
            await SendAndEndAsync(client, new string(request));
            var buffer = new byte[4096];
            while (await ReceiveAsync(client.Socket, buffer) > 0)
            {
            }
        }

        await ShouldStillAnswerAsync();
    }

    private async Task ShouldStillAnswerAsync()
    {
        using var client = new RawHttp(await server.ConnectAsync());
        await client.SendAsync(Get);
        (await client.ReceiveAsync())!.Status.ShouldBe(200);
    }

    private static async Task<int> ReceiveAsync(Socket socket, byte[] buffer)
    {
        try
        {
            return await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken);
        }
        catch (SocketException)
        {
            return 0;
        }
    }

    private static async Task SendAndEndAsync(RawHttp client, string request)
    {
        await client.SendAsync(request);
        try
        {
            client.Socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The server has closed already, as a refusal may.
        }
    }
}

public sealed class NativeHttpbinTests(NativeHttpbin server) : HttpbinTests(server), IClassFixture<NativeHttpbin>;

public sealed class ModuleHttpbinTests(ModuleHttpbin server) : HttpbinTests(server), IClassFixture<ModuleHttpbin>;

public sealed class WasmEdgeHttpbinTests(WasmEdgeHttpbin server) : HttpbinTests(server), IClassFixture<WasmEdgeHttpbin>;
