using System.Net;
using WasmLab.ServiceDefaults;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.ServiceDefaults;

[Trait(Category.Name, Category.Unit)]
public sealed class ResilienceHandlerTests
{
    [Fact]
    public async Task Get_TransientAnswers_RepeatsUntilSuccess()
    {
        var server = new FakeServer(HttpStatusCode.ServiceUnavailable, HttpStatusCode.BadGateway, HttpStatusCode.OK);
        using var client = new HttpClient(new ResilienceHandler(new ImmediateTime()) { InnerHandler = server });

        var response = await client.GetAsync("http://service/", TestContext.Current.CancellationToken);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        server.Requests.ShouldBe(3);
    }

    [Fact]
    public async Task Get_ClientError_IsNotRepeated()
    {
        var server = new FakeServer(HttpStatusCode.NotFound, HttpStatusCode.OK);
        using var client = new HttpClient(new ResilienceHandler(new ImmediateTime()) { InnerHandler = server });

        var response = await client.GetAsync("http://service/", TestContext.Current.CancellationToken);

        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Post_TransientAnswer_IsNotRepeated()
    {
        var server = new FakeServer(HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK);
        using var client = new HttpClient(new ResilienceHandler(new ImmediateTime()) { InnerHandler = server });

        var response = await client.PostAsync("http://service/", new StringContent("x"), TestContext.Current.CancellationToken);

        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        server.Requests.ShouldBe(1);
    }

    private sealed class FakeServer(params HttpStatusCode[] answers) : HttpMessageHandler
    {
        public int Requests { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(answers[Requests++]));
    }

    /// <summary>Delays are over at once; attempts never time out.</summary>
    private sealed class ImmediateTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(callback, state, dueTime > TimeSpan.FromSeconds(5) ? Timeout.InfiniteTimeSpan : TimeSpan.Zero, period);
    }
}
