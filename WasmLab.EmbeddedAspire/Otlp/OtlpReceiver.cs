using System.IO.Compression;
using Aspire.Hosting.Otlp.Grpc;
using Aspire.Hosting.Otlp.Protos;
using Aspire.Hosting.Otlp.Storage;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Otlp;

/// <summary>Receives OTLP over gRPC and over HTTP with protobuf bodies; both want the API key.</summary>
internal sealed class OtlpReceiver(TelemetryStore store, ApiKey apiKey, ILogger<OtlpReceiver> logger)
{
    private const string ProtobufContentType = "application/x-protobuf";

    /// <summary>Answers <c>Export</c> of the three collector services.</summary>
    public Task HandleGrpcAsync(HttpContext context)
    {
        if (!GrpcCall.IsGrpc(context.Request))
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return context.Response.WriteAsync("This endpoint speaks OTLP over gRPC.");
        }

        return GrpcCall.RunAsync(context, () => ExportGrpcAsync(context), logger);
    }

    /// <summary>Answers <c>POST /v1/traces</c>, <c>/v1/logs</c> and <c>/v1/metrics</c>.</summary>
    public async Task HandleHttpAsync(HttpContext context)
    {
        var export = ExporterFor(context.Request.Path);
        var refusal = (export, context.Request) switch
        {
            (null, _) => StatusCodes.Status404NotFound,
            (_, { Method: not "POST" }) => StatusCodes.Status405MethodNotAllowed,
            _ when !apiKey.IsIn(context.Request) => StatusCodes.Status401Unauthorized,
            (_, { ContentType: var type }) when type?.StartsWith(ProtobufContentType, StringComparison.OrdinalIgnoreCase) != true =>
                StatusCodes.Status415UnsupportedMediaType,
            _ => StatusCodes.Status200OK,
        };
        context.Response.StatusCode = refusal;
        if (refusal != StatusCodes.Status200OK)
        {
            return;
        }

        try
        {
            export!(await ReadBodyAsync(context.Request).ConfigureAwait(false));
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or InvalidDataException)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        context.Response.ContentType = ProtobufContentType;
        await context.Response.Body.WriteAsync(new ExportServiceResponse().ToByteArray(), context.RequestAborted).ConfigureAwait(false);
    }

    private async Task ExportGrpcAsync(HttpContext context)
    {
        if (!apiKey.IsIn(context.Request))
        {
            throw new GrpcException(GrpcStatus.Unauthenticated, $"The header {apiKey.Header} is missing or wrong.");
        }

        var (request, cancellationToken) = (context.Request, context.RequestAborted);
        switch (request.Path.Value)
        {
            case "/opentelemetry.proto.collector.trace.v1.TraceService/Export":
                store.Add(Require(await GrpcMessages.ReadAsync(request, ExportTraceServiceRequest.Parser, cancellationToken).ConfigureAwait(false)));
                break;
            case "/opentelemetry.proto.collector.logs.v1.LogsService/Export":
                store.Add(Require(await GrpcMessages.ReadAsync(request, ExportLogsServiceRequest.Parser, cancellationToken).ConfigureAwait(false)));
                break;
            case "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export":
                store.Add(Require(await GrpcMessages.ReadAsync(request, ExportMetricsServiceRequest.Parser, cancellationToken).ConfigureAwait(false)));
                break;
            default:
                throw new GrpcException(GrpcStatus.Unimplemented, $"There is no method {request.Path}.");
        }

        await GrpcMessages.WriteAsync(context.Response, new ExportServiceResponse(), cancellationToken).ConfigureAwait(false);
    }

    private static T Require<T>(T? message) => message ?? throw new GrpcException(GrpcStatus.Internal, "The request holds no message.");

    private Action<byte[]>? ExporterFor(PathString path) => path.Value switch
    {
        "/v1/traces" => body => store.Add(ExportTraceServiceRequest.Parser.ParseFrom(body)),
        "/v1/logs" => body => store.Add(ExportLogsServiceRequest.Parser.ParseFrom(body)),
        "/v1/metrics" => body => store.Add(ExportMetricsServiceRequest.Parser.ParseFrom(body)),
        _ => null,
    };

    private static async Task<byte[]> ReadBodyAsync(HttpRequest request)
    {
        using var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer, request.HttpContext.RequestAborted).ConfigureAwait(false);
        if (!string.Equals(request.Headers.ContentEncoding, "gzip", StringComparison.OrdinalIgnoreCase))
        {
            return buffer.ToArray();
        }

        buffer.Position = 0;
        await using var gzip = new GZipStream(buffer, CompressionMode.Decompress);
        return Gzip.Limit(gzip, GrpcMessages.MaxMessageSize);
    }
}
