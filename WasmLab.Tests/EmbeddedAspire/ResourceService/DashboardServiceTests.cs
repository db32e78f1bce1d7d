using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard;
using Aspire.Hosting.Otlp;
using Aspire.Hosting.ResourceService;
using Aspire.Hosting.ResourceService.Protos;
using Google.Protobuf;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;
using WasmLab.Tests.EmbeddedAspire.Dashboard;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedAspire.ResourceService;

[Trait(Category.Name, Category.Unit)]
public sealed class DashboardServiceTests : IAsyncLifetime
{
    private const string Key = "service-key";

    private readonly FakeDashboardClient _client = SampleLab.Create();
    private readonly DashboardServer _server = new(NullLoggerFactory.Instance);
    private readonly HttpClient _http = new();
    private string _url = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var service = new DashboardService(_client, new ApiKey("x-resource-service-api-key", Key), NullLogger<DashboardService>.Instance);
        var listener = _server.Add(new ListenAddress("resource service", "SETTING", IPAddress.Loopback, 0), HttpProtocols.Http2, service.HandleAsync);
        await _server.StartAsync(Cancellation);
        _url = listener.Url;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task GetApplicationInformation_Key_AnswersName()
    {
        using var response = await CallAsync("GetApplicationInformation", new ApplicationInformationRequest());

        var message = await ReadAsync(await response.Content.ReadAsStreamAsync(Cancellation), ApplicationInformationResponse.Parser);

        message!.ApplicationName.ShouldBe("WasmLab");
    }

    [Fact]
    public async Task AnyMethod_WrongKey_IsUnauthenticated()
    {
        using var response = await CallAsync("GetApplicationInformation", new ApplicationInformationRequest(), key: "wrong");

        response.Headers.GetValues("grpc-status").ShouldBe(["16"]);
    }

    [Fact]
    public async Task UnknownMethod_IsUnimplemented()
    {
        using var response = await CallAsync("WatchTerminals", new ApplicationInformationRequest());

        response.Headers.GetValues("grpc-status").ShouldBe(["12"]);
    }

    [Fact]
    public async Task WatchResources_AChange_FollowsTheInitialData()
    {
        using var response = await CallAsync("WatchResources", new WatchResourcesRequest());
        var stream = await response.Content.ReadAsStreamAsync(Cancellation);

        var initial = (await ReadAsync(stream, WatchResourcesUpdate.Parser))!.InitialData;
        _client.Change("shim", snapshot => snapshot with { State = "Running" });
        var changes = (await ReadAsync(stream, WatchResourcesUpdate.Parser))!.Changes;

        initial.Resources.Select(resource => resource.Name).ShouldBe(_client.Resources.Select(resource => resource.Id));
        var embed = initial.Resources.Single(resource => resource.Name == "embed");
        embed.HealthReports.ShouldHaveSingleItem().Status.ShouldBe(HealthStatus.Unhealthy);
        embed.Relationships.ShouldContain(new ResourceRelationship { ResourceName = "vcluster-embed", Type = "Parent" });
        embed.Commands.ShouldContain(command => command.Name == "resource-restart" && command.IsHighlighted);
        embed.Properties.Single(property => property.Name == "resource.source").Value.StringValue.ShouldBe("wasmlab/httpbin:embed");
        changes.Value.ShouldHaveSingleItem().Upsert.State.ShouldBe("Running");
    }

    [Fact]
    public async Task WatchResources_AResourceGone_IsADeletion()
    {
        using var response = await CallAsync("WatchResources", new WatchResourcesRequest());
        var stream = await response.Content.ReadAsStreamAsync(Cancellation);
        await ReadAsync(stream, WatchResourcesUpdate.Parser);

        _client.Resources = [.. _client.Resources.Skip(1)];

        (await ReadAsync(stream, WatchResourcesUpdate.Parser))!.Changes.Value.ShouldHaveSingleItem().Delete.ResourceName.ShouldBe("cluster");
    }

    [Fact]
    public async Task WatchConsole_Follow_SendsKeptLinesAndThenNewOnes()
    {
        using var response = await CallAsync("WatchResourceConsoleLogs", new WatchResourceConsoleLogsRequest { ResourceName = "ingress" });
        var stream = await response.Content.ReadAsStreamAsync(Cancellation);

        (await ReadAsync(stream, WatchResourceConsoleLogsUpdate.Parser))!.LogLines.Count.ShouldBe(3);
        _client.Write("ingress", "one more");

        (await ReadAsync(stream, WatchResourceConsoleLogsUpdate.Parser))!.LogLines.ShouldHaveSingleItem().Text.ShouldBe("one more");
    }

    [Fact]
    public async Task WatchConsole_SuppressFollow_EndsWithStatus()
    {
        using var response = await CallAsync("WatchResourceConsoleLogs", new WatchResourceConsoleLogsRequest { ResourceName = "ingress", SuppressFollow = true });
        var stream = await response.Content.ReadAsStreamAsync(Cancellation);

        (await ReadAsync(stream, WatchResourceConsoleLogsUpdate.Parser))!.LogLines[2].IsStdErr.ShouldBeTrue();
        (await ReadAsync(stream, WatchResourceConsoleLogsUpdate.Parser)).ShouldBeNull();
        response.TrailingHeaders.GetValues("grpc-status").ShouldBe(["0"]);
    }

    [Fact]
    public async Task ExecuteCommand_ThatFails_TellsWhy()
    {
        _client.OnExecute = (_, _) => new ExecuteCommandResult { Success = false, Message = "the shim is gone" };

        using var response = await CallAsync("ExecuteResourceCommand", new ResourceCommandRequest { ResourceName = "runtime", CommandName = "resource-restart" });
        var message = await ReadAsync(await response.Content.ReadAsStreamAsync(Cancellation), ResourceCommandResponse.Parser);

        message!.Kind.ShouldBe(ResourceCommandResponseKind.Failed);
        message.Message.ShouldBe("the shim is gone");
        _client.Executed.ShouldBe([("runtime", "resource-restart")]);
    }

    [Fact]
    public async Task WatchInteractions_Idle_StaysOpen()
    {
        using var response = await CallAsync("WatchInteractions", new ApplicationInformationRequest());
        var next = ReadAsync(await response.Content.ReadAsStreamAsync(Cancellation), ApplicationInformationResponse.Parser);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        next.IsCompleted.ShouldBeFalse();
    }

    private async Task<HttpResponseMessage> CallAsync(string method, IMessage message, string key = Key)
    {
        var content = message.ToByteArray();
        var frame = new byte[5 + content.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), content.Length);
        content.CopyTo(frame, 5);
        var request = new HttpRequestMessage(HttpMethod.Post, $"{_url}/aspire.v1.DashboardService/{method}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(frame),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.Add("x-resource-service-api-key", key);
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
    }

    private static async Task<T?> ReadAsync<T>(Stream stream, MessageParser<T> parser)
        where T : class, IMessage<T>
    {
        var prefix = new byte[5];
        if (await stream.ReadAtLeastAsync(prefix, 5, throwOnEndOfStream: false, Cancellation) == 0)
        {
            return null;
        }

        var content = new byte[BinaryPrimitives.ReadInt32BigEndian(prefix.AsSpan(1))];
        await stream.ReadExactlyAsync(content, Cancellation);
        return parser.ParseFrom(content);
    }
}
