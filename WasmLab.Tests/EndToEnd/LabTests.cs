using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EndToEnd;

[Collection(LabCollection.Name)]
[Trait(Category.Name, Category.EndToEnd)]
public sealed class LabTests(LabFixture fixture)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EveryFlavor_AskedThroughTheIngress_AnswersAsTheArticleShows()
    {
        foreach (var flavor in NativeFlavor.Runnable)
        {
            var answer = JsonNode.Parse(await fixture.Http.GetStringAsync(fixture.Lab.AddressOf(flavor), Token))!.AsObject();

            answer.Select(field => field.Key).ShouldBe(["flavor", "args", "headers", "url"]);
            answer["flavor"]!.GetValue<string>().ShouldBe(flavor);
            answer["args"]!.ToJsonString().ShouldBe("""{"foo":"bar"}""");
            answer["url"]!.GetValue<string>().ShouldBe("/get?foo=bar");

            var headers = answer["headers"]!.AsObject();
            headers["host"]!.GetValue<string>().ShouldBe(fixture.Lab.AddressOf(flavor).Authority);
            headers["x-real-ip"]!.GetValue<string>().ShouldBe("127.0.0.1");
            headers["x-forwarded-for"]!.GetValue<string>().ShouldBe("127.0.0.1");
            headers["x-forwarded-host"]!.GetValue<string>().ShouldBe(fixture.Lab.AddressOf(flavor).Authority);
            headers["x-forwarded-proto"]!.GetValue<string>().ShouldBe("http");
            headers["x-forwarded-scheme"]!.GetValue<string>().ShouldBe("http");
            headers["x-scheme"]!.GetValue<string>().ShouldBe("http");
            headers.ShouldContainKey("x-forwarded-port");
            Regex.IsMatch(headers["x-request-id"]!.GetValue<string>(), "^[0-9a-f]{32}$").ShouldBeTrue();
        }
    }

    [Fact]
    public async Task Ingress_PathOfNoFlavor_Is404()
    {
        using var response = await fixture.Http.GetAsync(new Uri(fixture.Lab.AddressOf("runtime"), "/nobody/get"), Token);

        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public void ConsoleBlock_NamesDashboardKubeconfigAndContexts()
    {
        fixture.Lab.Dashboard.ShouldContain("/login?t=");
        fixture.Lab.Output.ShouldContain($"export KUBECONFIG={fixture.Lab.KubeConfig}");
        fixture.Lab.Output.ShouldContain("native, embed, runtime");
    }

    [Fact]
    public void KubeConfig_IsReadableByItsOwnerOnly()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no Unix file modes.");

        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(fixture.Lab.KubeConfig).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }
}
