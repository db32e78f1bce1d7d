using WasmLab.Hosting.WasmShims;
using WasmLab.Hosting.WasmShims.Containerd;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Hosting.WasmShims;

[Trait(Category.Name, Category.Unit)]
public sealed class ContainerdConfigTests
{
    [Fact]
    public void SectionInVain_OldSectionInANewFile_IsNamed()
    {
        var config = ContainerdConfig.Parse(
            ContainerdConfigs.Version3 + "[plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes.wasmedgev1]\nruntime_type = \"x\"\n");

        config.SectionInVain("wasmedgev1").ShouldBe(["plugins", "io.containerd.grpc.v1.cri", "containerd", "runtimes"]);
        config.Runtimes.Keys.ShouldNotContain("wasmedgev1");
    }

    [Fact]
    public void SectionInVain_RightSection_IsNone() =>
        ContainerdConfig.Parse(ContainerdConfigs.Minikube).SectionInVain("runc").ShouldBeNull();

    [Theory]
    [InlineData(ContainerdConfigs.Minikube)]
    [InlineData(ContainerdConfigs.Version3)]
    [InlineData(ContainerdConfigs.Version4)]
    public void Address_EachVersion_IsFound(string text) =>
        ContainerdConfig.Parse(text).Address.ShouldBe("/run/containerd/containerd.sock");

    [Theory]
    [InlineData(ContainerdConfigs.Minikube, true)]
    [InlineData(ContainerdConfigs.Default16, false)]
    [InlineData(ContainerdConfigs.Version3, true)]
    [InlineData(ContainerdConfigs.Version4, null)]
    public void Wanted_Release_TakesTheNodesCgroupDriver(string text, bool? systemd)
    {
        var entry = ContainerdHandler.Wanted(new ShimOptions(), ContainerdConfig.Parse(text));

        entry.Type.ShouldBe("io.containerd.wasmedge.v1");
        entry.Program.ShouldBe("containerd-shim-wasmedge-v1");
        entry.SystemdCgroup.ShouldBe(systemd);
        entry.BinaryName.ShouldBeNull();
    }

    [Fact]
    public void Wanted_Crun_NamesItsProgram()
    {
        var entry = ContainerdHandler.Wanted(
            new ShimOptions { Source = ShimSource.Crun, BinaryName = "/opt/crun-wasm" }, ContainerdConfig.Parse(ContainerdConfigs.Minikube));

        entry.ShouldSatisfyAllConditions(
            () => entry.Type.ShouldBe("io.containerd.runc.v2"),
            () => entry.BinaryName.ShouldBe("/opt/crun-wasm"),
            () => entry.SystemdCgroup.ShouldBe(true));
    }
}
