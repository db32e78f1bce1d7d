using WasmLab.EmbeddedCluster.VirtualClusters.Sync;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.VirtualClusters;

[Trait(Category.Name, Category.Unit)]
public sealed class HostNameTests
{
    [Fact]
    public void Of_ShortName_JoinsNameNamespaceAndVirtualCluster() =>
        HostName.Of("runtime", "default", "runtime").ShouldBe("runtime-x-default-x-runtime");

    [Fact]
    public void Of_63Characters_IsKept()
    {
        var name = new string('a', 63 - "-x-default-x-v".Length);

        HostName.Of(name, "default", "v").ShouldBe($"{name}-x-default-x-v");
    }

    [Fact]
    public void Of_64Characters_KeepsTheFirst52AndAHash()
    {
        var name = new string('a', 64 - "-x-default-x-v".Length);

        var hostName = HostName.Of(name, "default", "v");

        hostName.Length.ShouldBe(63);
        hostName.ShouldStartWith($"{name}-x");
        hostName[52].ShouldBe('-');
        hostName[53..].ShouldBe("fa810ac17c");
    }
}
