using Aspire.Hosting;
using WasmLab.Hosting.Clusters;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Hosting;

[Trait(Category.Name, Category.Unit)]
public sealed class ContextClusterTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_UnknownContext_NamesThoseThatThereAre()
    {
        var failure = Should.Throw<DistributedApplicationException>(() => Read("nowhere"));

        failure.Message.ShouldContain("'work', 'native'");
        failure.Message.ShouldContain(_folder["config"]);
    }

    [Fact]
    public void Read_ContextNamedAsAVirtualCluster_IsRefusedWithTheWayOut() =>
        Should.Throw<DistributedApplicationException>(() => Read("native")).Message.ShouldContain("kubectl config rename-context native");

    [Fact]
    public void Read_Context_IsTheOnlyOneAndCurrent()
    {
        var config = Read("work");

        config.CurrentContext.ShouldBe("work");
        config.Contexts.ShouldHaveSingleItem().Name.ShouldBe("work");
    }

    private WasmLab.Kubernetes.KubeConfig Read(string context)
    {
        File.WriteAllText(_folder["config"], """
            clusters: [{ name: c, cluster: { server: "https://c:6443" } }]
            contexts: [{ name: work, context: { cluster: c, user: u } }, { name: native, context: { cluster: c, user: u } }]
            """);
        return ContextClusterProvider.Read([_folder["config"]], context, ["native", "embed", "runtime"]);
    }
}
