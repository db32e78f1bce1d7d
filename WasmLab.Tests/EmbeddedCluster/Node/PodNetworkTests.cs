using System.Net;
using WasmLab.EmbeddedCluster.Nodes.Runtime;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Nodes;

[Trait(Category.Name, Category.Unit)]
public sealed class PodNetworkTests
{
    [Fact]
    public void Allocate_AThousandPods_GivesEachItsOwnLoopbackAddress()
    {
        var network = new PodNetwork(new Random(7), _ => true);

        var addresses = Enumerable.Range(0, 1000).Select(_ => network.Allocate([3000]).Address).ToList();

        addresses.Distinct().Count().ShouldBe(1000);
        addresses.ShouldAllBe(address => address.GetAddressBytes()[0] == 127 && address.GetAddressBytes()[1] >= 64 && address.GetAddressBytes()[3] >= 2);
    }

    [Fact]
    public void EndPoint_OwnAddress_IsTheContainersPort()
    {
        var address = new PodNetwork(new Random(7), _ => true).Allocate([3000]);

        address.EndPointOf(3000).ShouldBe(new IPEndPoint(address.Address, 3000));
        address.IsShared.ShouldBeFalse();
    }

    [Fact]
    public void Allocate_SharedAddress_GivesEachPortAFreeOne()
    {
        var network = new PodNetwork(new Random(7), _ => false);

        var one = network.Allocate([3000, 3001]);
        var other = network.Allocate([3000]);

        one.Address.ShouldBe(IPAddress.Loopback);
        one.HostPorts.Keys.ShouldBe([3000, 3001], ignoreOrder: true);
        one.EndPointOf(3000).Port.ShouldNotBe(3000);
        other.IsShared.ShouldBeTrue();
    }
}
