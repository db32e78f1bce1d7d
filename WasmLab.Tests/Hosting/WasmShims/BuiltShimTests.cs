using Aspire.Hosting;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Hosting.WasmShims;

/// <summary>What happens around a build on the node that cannot be done.</summary>
[Trait(Category.Name, Category.EndToEnd)]
public sealed class BuiltShimTests : IDisposable
{
    private readonly StandInNode? _node = OperatingSystem.IsLinux() ? new("1.7.27", ContainerdConfigs.Minikube) : null;

    [Fact]
    public async Task Install_BuildFails_ShowsItsWordsAndWhatElseThereIs()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the stand-ins are programs of Linux");
        // Whatever of the build's first programs it is that runs: none does.
        foreach (var program in (string[])["mkdir", "apt-get", "curl", "git"])
        {
            _node!.Program($"bin/{program}", $"echo '{program}: no way to the network' >&2; exit 1");
        }

        var settings = _node!.Settings;
        settings["WasmLab:Shim:Source"] = "build";
        await using var step = new ShimStep(settings);

        var failure = await Should.ThrowAsync<DistributedApplicationException>(step.InstallAsync());

        failure.Message.ShouldContain("could not build the shim: mkdir: no way to the network");
        failure.Message.ShouldContain("WasmLab:Shim:Source=release");
        step.Log.ShouldContain("mkdir: no way to the network");
        _node.Config.ShouldBe(ContainerdConfigs.Minikube);
    }

    [Fact]
    public async Task Install_DryRun_ShowsTheBuild()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the stand-ins are programs of Linux");
        var settings = _node!.Settings;
        settings["WasmLab:Shim:Source"] = "build";
        settings["WasmLab:DryRun"] = "true";
        await using var step = new ShimStep(settings);

        await step.InstallAsync();

        step.Log.ShouldContain("cargo\" build --release --locked --package containerd-shim-wasmedge");
        _node.Files.ShouldBe(["config.toml"]);
    }

    public void Dispose() => _node?.Dispose();
}
