using WasmLab.EmbeddedCluster;
using WasmLab.Tests.EmbeddedCluster.Ingresses.Support;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Ingresses;

[Trait(Category.Name, Category.Unit)]
public sealed class IngressServerTests
{
    [Fact]
    public async Task Start_PortIsTaken_NamesThePortAndItsSettings()
    {
        await using var first = await IngressHarness.StartAsync();

        var exception = await Should.ThrowAsync<StartupException>(() => IngressHarness.StartAsync(first.Port));

        exception.Message.ShouldContain($"{first.Port}");
        exception.Message.ShouldContain("--ingress-port");
        exception.Message.ShouldContain("WasmLab:Ingress:Port");
        exception.Message.ShouldNotContain("\n");
    }

    [Fact]
    public async Task Stop_WithIdleClients_EndsSoon()
    {
        await using var pod = RawBackend.Text("ok");
        var ingress = (await IngressHarness.StartAsync()).Route("/", [pod.Port]);
        await ingress.Client.GetStringAsync("/");
        var silent = await RawConnection.ConnectAsync(ingress.Port);

        await ingress.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));

        (await silent.ReadSomeAsync()).ShouldBe("");
    }
}
