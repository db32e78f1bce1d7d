using Aspire.Hosting;
using Microsoft.Extensions.Configuration;
using WasmLab.Hosting.Ingresses;
using WasmLab.Hosting.Lab;
using WasmLab.Hosting.VirtualClusters;
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
    [InlineData("moon")]
    [InlineData("1")]
    public void Read_UnknownCluster_SaysWhichThereAre(string cluster)
    {
        var failure = Should.Throw<DistributedApplicationException>(() => Read(("WasmLab:Cluster", cluster)));

        failure.Message.ShouldContain($"'{cluster}'");
        failure.Message.ShouldContain("'embedded', 'minikube', 'context'");
    }

    [Fact]
    public void Read_ContextWithoutAName_SaysHowToListThem()
    {
        var failure = Should.Throw<DistributedApplicationException>(() => Read(("WasmLab:Cluster", "context")));

        failure.Message.ShouldContain("kubectl config get-contexts");
    }

    [Fact]
    public void Read_ContextOfAnotherKindOfCluster_IsRefused() =>
        Should.Throw<DistributedApplicationException>(() => Read(("WasmLab:Context", "prod"))).Message.ShouldContain("'prod'");

    [Fact]
    public void Read_Minikube_TakesTheArticlesParts()
    {
        var options = Read(("WasmLab:Cluster", "Minikube"));

        options.Ingress.ShouldBe(IngressKind.Nginx);
        options.VirtualClusters.ShouldBe(VirtualClusterKind.VCluster);
        options.Minikube.Profile.ShouldBe("wasm");
        options.ReadyTimeout.ShouldBe(TimeSpan.FromMinutes(20));
    }

    [Fact]
    public void Read_RegistryForTheEmbeddedNode_IsRefused() =>
        Should.Throw<DistributedApplicationException>(() => Read(("WasmLab:Images:Registry", "registry.example"))).Message.ShouldContain("WasmLab:Images:Registry");

    [Theory]
    [InlineData("WasmLab:Shim:Sha256", "abc")]
    [InlineData("WasmLab:Shim:Source", "file")]
    [InlineData("WasmLab:Minikube:Nodes", "0")]
    public void Read_WrongShimOrMinikubeSetting_NamesIt(string key, string value) =>
        Should.Throw<DistributedApplicationException>(() => Read((key, value))).Message.ShouldContain(key);

    private static LabOptions Read(params (string Key, string Value)[] settings) => LabOptions.Read(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create<string, string?>(pair.Key, pair.Value))).Build(),
        AppHost);
}
