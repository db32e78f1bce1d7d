using System.Diagnostics;
using WasmLab.ServiceDefaults;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.ServiceDefaults;

[Trait(Category.Name, Category.Unit)]
public sealed class RequestSpanNamesTests
{
    [Theory]
    [InlineData("/pods/{name}", "GET /pods/{name}")]
    [InlineData(null, "GET /pods/a")]
    public void OnEnd_ServerSpan_IsCalledAfterItsRequest(string? route, string expected)
    {
        using var span = new Activity("Microsoft.AspNetCore.Hosting.HttpRequestIn");
        span.SetTag("http.request.method", "GET").SetTag("url.path", "/pods/a").SetTag("http.route", route);

        Process(span);

        span.DisplayName.ShouldBe(expected);
    }

    [Fact]
    public void OnEnd_NameGivenByTheApplication_IsKept()
    {
        using var span = new Activity("Microsoft.AspNetCore.Hosting.HttpRequestIn") { DisplayName = "watch pods" };
        span.SetTag("http.request.method", "GET");

        Process(span);

        span.DisplayName.ShouldBe("watch pods");
    }

    private static void Process(Activity span)
    {
        using var processor = new RequestSpanNames();
        processor.OnEnd(span);
    }
}
