using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using Aspire.Hosting.Otlp.Protos;
using Google.Protobuf;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedAspire.Otlp;

[Trait(Category.Name, Category.Unit)]
public sealed class OtlpReceiverTests
{
    private static readonly byte[] Logs = new ExportLogsServiceRequest
    {
        ResourceLogs =
        {
            new ResourceLogs { ScopeLogs = { new ScopeLogs { LogRecords = { new LogRecord { Body = new AnyValue { StringValue = "hello" } } } } } },
        },
    }.ToByteArray();

    [Theory]
    [InlineData("POST", "/v1/logs", OtlpServer.Key, "application/x-protobuf", HttpStatusCode.OK)]
    [InlineData("POST", "/v1/logs", "wrong", "application/x-protobuf", HttpStatusCode.Unauthorized)]
    [InlineData("POST", "/v1/logs", OtlpServer.Key, "application/json", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("PUT", "/v1/logs", OtlpServer.Key, "application/x-protobuf", HttpStatusCode.MethodNotAllowed)]
    [InlineData("POST", "/v1/profiles", OtlpServer.Key, "application/x-protobuf", HttpStatusCode.NotFound)]
    public async Task Http_Request_IsAnsweredByWhatItIs(string method, string path, string key, string type, HttpStatusCode expected)
    {
        await using var server = await OtlpServer.StartAsync();

        (await SendAsync(server, new HttpMethod(method), path, key, type, Logs)).ShouldBe(expected);

        server.Store.GetLogs().Count.ShouldBe(expected == HttpStatusCode.OK ? 1 : 0);
    }

    [Fact]
    public async Task Http_BodyIsNoMessage_AnswersBadRequest()
    {
        await using var server = await OtlpServer.StartAsync();

        (await SendAsync(server, HttpMethod.Post, "/v1/logs", OtlpServer.Key, "application/x-protobuf", "not protobuf"u8.ToArray()))
            .ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Http_GzipBody_IsRead()
    {
        await using var server = await OtlpServer.StartAsync();

        (await SendAsync(server, HttpMethod.Post, "/v1/logs", OtlpServer.Key, "application/x-protobuf", Compress(Logs), "gzip")).ShouldBe(HttpStatusCode.OK);

        server.Store.GetLogs().ShouldHaveSingleItem().Message.ShouldBe("hello");
    }

    [Theory]
    [InlineData("gzip", "0")]
    [InlineData("zstd", "12")]
    public async Task Grpc_CompressedMessage_IsReadWhenGzip(string encoding, string expectedStatus)
    {
        await using var server = await OtlpServer.StartAsync();
        var content = Compress(Logs);

        var (status, _) = await CallAsync(server, [1, 0, 0, 0, (byte)content.Length, .. content], encoding);

        status.ShouldBe(expectedStatus);
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 0, 9, 1 }, "ends inside a message.")]
    [InlineData(new byte[] { 0, 0 }, "ends inside a message prefix.")]
    [InlineData(new byte[0], "holds no message.")]
    [InlineData(new byte[] { 0, 0xff, 0xff, 0xff, 0xff }, "larger than the limit")]
    [InlineData(new byte[] { 0, 0, 0, 0, 1, 0xff }, "cannot be read")]
    public async Task Grpc_BadFrame_EndsWithStatusThatSaysWhy(byte[] frame, string message)
    {
        await using var server = await OtlpServer.StartAsync();

        var (status, text) = await CallAsync(server, frame);

        status.ShouldNotBe("0");
        text.ShouldContain(message);
    }

    private static async Task<HttpStatusCode> SendAsync(
        OtlpServer server, HttpMethod method, string path, string key, string type, byte[] body, string? encoding = null)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(method, server.HttpUrl + path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        request.Headers.Add("x-otlp-api-key", key);
        if (encoding is not null)
        {
            request.Content.Headers.ContentEncoding.Add(encoding);
        }

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    private static async Task<(string Status, string Message)> CallAsync(OtlpServer server, byte[] frame, string? encoding = null)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, server.GrpcUrl + "/opentelemetry.proto.collector.logs.v1.LogsService/Export")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(frame),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.Add("x-otlp-api-key", OtlpServer.Key);
        if (encoding is not null)
        {
            request.Headers.Add("grpc-encoding", encoding);
        }

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        return (Value("grpc-status"), Uri.UnescapeDataString(Value("grpc-message")));

        string Value(string name) =>
            response.TrailingHeaders.TryGetValues(name, out var trailer) ? trailer.Single()
            : response.Headers.TryGetValues(name, out var header) ? header.Single() : "";
    }

    private static byte[] Compress(byte[] content)
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        return output.ToArray();
    }
}
