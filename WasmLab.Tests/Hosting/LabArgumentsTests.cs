using Aspire.Hosting;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Hosting;

[Trait(Category.Name, Category.Unit)]
public sealed class LabArgumentsTests
{
    [Fact]
    public void Expand_ShortForms_BecomeSettings() =>
        LabArguments.Expand(["--doctor", "--cluster", "context", "--context=kind-a", "--dry-run", "--WasmLab:Ingress:Port=0"]).ShouldBe(
            ["--WasmLab:Doctor=true", "--WasmLab:Cluster=context", "--WasmLab:Context=kind-a", "--WasmLab:DryRun=true", "--WasmLab:Ingress:Port=0"]);

    [Theory]
    [InlineData("--cluster")]
    [InlineData("--cluster", "--doctor")]
    [InlineData("--context")]
    public void Expand_NoValue_SaysWhichOptionNeedsOne(params string[] args) =>
        Should.Throw<DistributedApplicationException>(() => LabArguments.Expand(args)).Message.ShouldContain(args[0] + " needs a value");
}
