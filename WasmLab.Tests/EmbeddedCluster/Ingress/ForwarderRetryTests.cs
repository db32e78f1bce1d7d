using System.Net;
using WasmLab.Tests.EmbeddedCluster.Ingresses.Support;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Ingresses;

[Trait(Category.Name, Category.Unit)]
public sealed class ForwarderRetryTests
{
    [Fact]
    public async Task Get_OneEndpointIsDead_TheOtherAnswersEveryTime()
    {
        await using var pod = RawBackend.Text("alive");
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [RawBackend.DeadPort(), pod.Port, RawBackend.DeadPort()]);

        for (var i = 0; i < 10; i++)
        {
            (await ingress.Client.GetStringAsync("/")).ShouldBe("alive");
        }

        (await ingress.WaitForLogAsync(", ")).ShouldContain("502, 200 ");
    }

    [Fact]
    public async Task Post_OneEndpointIsDead_TheOtherAnswersBecauseNothingWasSent()
    {
        await using var pod = RawBackend.Start(async connection =>
        {
            while (await connection.ReadHeadAsync() is not null)
            {
                (await connection.ReadAsync(4)).ShouldBe("body");
                await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            }
        });
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [RawBackend.DeadPort(), pod.Port]);

        for (var i = 0; i < 4; i++)
        {
            using var response = await ingress.Client.PostAsync("/", new StringContent("body"));
            (await response.Content.ReadAsStringAsync()).ShouldBe("ok");
        }
    }

    [Fact]
    public async Task Get_EndpointClosesBeforeItAnswers_TheOtherIsTried()
    {
        await using var broken = Closing();
        await using var pod = RawBackend.Text("alive");
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [broken.Port, pod.Port]);

        for (var i = 0; i < 4; i++)
        {
            (await ingress.Client.GetStringAsync("/")).ShouldBe("alive");
        }

        broken.Requests.Count.ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PATCH")]
    public async Task Send_NotIdempotentAndThePodMayHaveSeenIt_IsNotSentTwice(string method)
    {
        await using var first = Closing();
        await using var second = Closing();
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [first.Port, second.Port]);
        using var request = new HttpRequestMessage(new HttpMethod(method), "/") { Content = new StringContent("x") };

        using var response = await ingress.Client.SendAsync(request);

        response.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        (first.Requests.Count + second.Requests.Count).ShouldBe(1);
    }

    [Fact]
    public async Task Get_EveryEndpointFails_ThreeAreTried()
    {
        await using var a = Closing();
        await using var b = Closing();
        await using var c = Closing();
        await using var d = Closing();
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [a.Port, b.Port, c.Port, d.Port]);

        using var response = await ingress.Client.GetAsync("/");

        response.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        (a.Requests.Count + b.Requests.Count + c.Requests.Count + d.Requests.Count).ShouldBe(3);
    }

    [Fact]
    public async Task Get_IdleConnectionWasClosedByThePod_ANewOneIsOpened()
    {
        await using var pod = RawBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        });
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [pod.Port]);

        for (var i = 0; i < 20; i++)
        {
            var requests = i;
            await Wait.UntilAsync("the pod has closed what it had", () => pod.Closed == requests);
            using var response = i % 2 == 0 ? await ingress.Client.GetAsync("/") : await ingress.Client.PostAsync("/", new StringContent(""));
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        pod.Connections.ShouldBe(20);
    }

    [Fact]
    public async Task Get_ManyAfterEachOther_UseOneConnection()
    {
        await using var pod = RawBackend.Text("ok");
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [pod.Port]);

        for (var i = 0; i < 50; i++)
        {
            await ingress.Client.GetStringAsync("/");
        }

        pod.Connections.ShouldBe(1);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more than announced")]
    public async Task Get_AnswerEndsTheConnection_ItIsNotUsedAgain(string answer)
    {
        await using var pod = RawBackend.Answer(answer);
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [pod.Port]);

        (await ingress.Client.GetStringAsync("/")).ShouldBe("ok");
        (await ingress.Client.GetStringAsync("/")).ShouldBe("ok");

        pod.Connections.ShouldBe(2);
    }

    [Fact]
    public async Task Get_SeveralEndpoints_TakeTurns()
    {
        await using var a = RawBackend.Text("a");
        await using var b = RawBackend.Text("b");
        await using var c = RawBackend.Text("c");
        await using var ingress = (await IngressHarness.StartAsync()).Route("/", [a.Port, b.Port, c.Port]);

        for (var i = 0; i < 30; i++)
        {
            await ingress.Client.GetStringAsync("/");
        }

        new[] { a.Requests.Count, b.Requests.Count, c.Requests.Count }.ShouldBe([10, 10, 10]);
    }

    private static RawBackend Closing() => RawBackend.Start(async connection =>
    {
        await connection.ReadHeadAsync();
        connection.Reset();
    });
}
