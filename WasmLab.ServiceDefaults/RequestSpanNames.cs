using System.Diagnostics;
using OpenTelemetry;

namespace WasmLab.ServiceDefaults;

/// <summary>ASP.NET Core calls every server span the same; here it is called after its request, by the route where there is one.</summary>
internal sealed class RequestSpanNames : BaseProcessor<Activity>
{
    private const string RequestOperation = "Microsoft.AspNetCore.Hosting.HttpRequestIn";

    public override void OnEnd(Activity data)
    {
        if (data.OperationName == RequestOperation && data.DisplayName == RequestOperation
            && data.GetTagItem("http.request.method") is string method)
        {
            data.DisplayName = $"{method} {data.GetTagItem("http.route") ?? data.GetTagItem("url.path")}".TrimEnd();
        }
    }
}
