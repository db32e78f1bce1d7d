using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace WasmLab.EmbeddedCluster.Ingresses.Forwarding;

/// <summary>How the end of a request's body is told to the pod.</summary>
/// <param name="Length">Null when the client did not announce one.</param>
/// <param name="IsChunked">The client sends a body of unknown length.</param>
internal readonly record struct BodyFraming(long? Length, bool IsChunked)
{
    public bool HasBody => IsChunked || Length > 0;

    public static BodyFraming Of(HttpContext context)
    {
        var length = context.Request.ContentLength;
        var canHaveBody = context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? length > 0;
        return new BodyFraming(length, length is null && canHaveBody);
    }
}
