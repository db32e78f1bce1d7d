using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Otlp.Grpc;

/// <summary>Runs a handler as a gRPC call: content type, and the status in the trailers whatever happens.</summary>
internal static class GrpcCall
{
    public const string ContentType = "application/grpc";

    public static bool IsGrpc(HttpRequest request) =>
        HttpMethods.IsPost(request.Method) && request.ContentType?.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase) == true;

    public static async Task RunAsync(HttpContext context, Func<Task> handler, ILogger logger)
    {
        context.Response.ContentType = ContentType;
        context.Response.Headers["grpc-accept-encoding"] = "identity,gzip";
        try
        {
            await handler().ConfigureAwait(false);
            SetStatus(context, GrpcStatus.Ok, null);
        }
        catch (GrpcException exception)
        {
            SetStatus(context, exception.Status, exception.Message);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller has gone: nobody is there to read a status.
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            logger.LogError(exception, "The gRPC call {Path} failed.", context.Request.Path);
            SetStatus(context, GrpcStatus.Internal, exception.Message);
        }
    }

    private static void SetStatus(HttpContext context, GrpcStatus status, string? message)
    {
        // Without a body, status and headers share one frame, which gRPC calls "Trailers-Only".
        var target = context.Response.HasStarted
            ? context.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers
            : context.Response.Headers;
        target["grpc-status"] = ((int)status).ToString(CultureInfo.InvariantCulture);
        if (!string.IsNullOrEmpty(message))
        {
            target["grpc-message"] = Uri.EscapeDataString(message);
        }
    }
}
