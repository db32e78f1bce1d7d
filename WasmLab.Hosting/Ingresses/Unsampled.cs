using System.Diagnostics;

namespace WasmLab.Hosting.Ingresses;

/// <summary>The lab's own polling carries a trace context that says not to record it, so that the traces page shows users' requests.</summary>
internal static class Unsampled
{
    public static void Mark(HttpRequestMessage request) =>
        request.Headers.TryAddWithoutValidation("traceparent", $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-00");
}
