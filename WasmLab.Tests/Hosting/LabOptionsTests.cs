using Aspire.Hosting;
using Microsoft.Extensions.Configuration;
using WasmLab.Hosting.Lab;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Hosting;

[Trait(Category.Name, Category.Unit)]
public sealed class LabOptionsTests
{
    private static readonly string AppHost = Path.GetFullPath("apphost");

    [Fact]
    public void Read_NothingSet_HasTheDocumentedDefaults()
    {
        var options = Read();

        options.IngressPort.ShouldBe(8080);
        options.ApiPort.ShouldBe(16443);
        options.StateDirectory.ShouldBe(Path.Combine(AppHost, ".wasmlab"));
        options.ExitWhenReady.ShouldBeFalse();
        options.ReadyTimeout.ShouldBe(TimeSpan.FromMinutes(2));
    }

    [Fact]
    public void Read_SeveralWrong_NamesEachKey()
    {
        var failure = Should.Throw<DistributedApplicationException>(() => Read(
            ("WasmLab:Ingress:Port", "70000"), ("WasmLab:Api:Port", "x"), ("WasmLab:ExitWhenReady", "maybe"), ("WasmLab:ReadyTimeout", "soon")));

        foreach (var key in (string[])["WasmLab:Ingress:Port", "WasmLab:Api:Port", "WasmLab:ExitWhenReady", "WasmLab:ReadyTimeout"])
        {
            failure.Message.ShouldContain(key);
        }
    }

    [Theory]
    [InlineData("WasmLab:Cluster")]
    [InlineData("cluster")]
    public void Read_UnknownCluster_SaysWhichThereAre(string key)
    {
        var failure = Should.Throw<DistributedApplicationException>(() => Read((key, "moon")));

        failure.Message.ShouldContain("'moon'");
        failure.Message.ShouldContain("'embedded'");
    }

    private static LabOptions Read(params (string Key, string Value)[] settings) => LabOptions.Read(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create<string, string?>(pair.Key, pair.Value))).Build(),
        AppHost);
}
