using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;

namespace WasmLab.EmbeddedCluster.Ingresses.Forwarding;

/// <summary>The answers that the ingress gives itself; clients and scripts know NGINX's by sight.</summary>
internal static class ErrorPage
{
    private static readonly ConcurrentDictionary<int, byte[]> Pages = new();

    public static async ValueTask<int> WriteAsync(HttpContext context, int statusCode, bool closes)
    {
        var page = Pages.GetOrAdd(statusCode, static code => Render(code));
        var response = context.Response;
        response.Clear();
        response.StatusCode = statusCode;
        if (HttpProtocol.IsHttp11(context.Request.Protocol) && context.Features.Get<IHttpResponseFeature>() is { } feature)
        {
            feature.ReasonPhrase = ReasonOf(statusCode);
            if (closes)
            {
                response.Headers.Connection = "close";
            }
        }

        response.ContentType = "text/html";
        response.ContentLength = page.Length;
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return 0;
        }

        await response.BodyWriter.WriteAsync(page).ConfigureAwait(false);
        return page.Length;
    }

    private static byte[] Render(int statusCode)
    {
        var title = $"{statusCode} {ReasonOf(statusCode)}";
        return Encoding.ASCII.GetBytes(
            $"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n");
    }

    private static string ReasonOf(int statusCode) => statusCode switch
    {
        StatusCodes.Status302Found => "Found",
        StatusCodes.Status405MethodNotAllowed => "Not Allowed",
        StatusCodes.Status408RequestTimeout => "Request Time-out",
        StatusCodes.Status413PayloadTooLarge => "Request Entity Too Large",
        StatusCodes.Status503ServiceUnavailable => "Service Temporarily Unavailable",
        StatusCodes.Status504GatewayTimeout => "Gateway Time-out",
        _ => ReasonPhrases.GetReasonPhrase(statusCode),
    };
}
