using System.Security.Cryptography;
using System.Text;
using Aspire.Hosting;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Hosting.WasmShims;

/// <summary>The shim of a release: from a server of the test to a stand-in node.</summary>
[Trait(Category.Name, Category.EndToEnd)]
public sealed class ReleaseShimTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _state = new();
    private readonly StandInNode _node = new("1.7.27", ContainerdConfigs.Minikube);
    private ReleaseHost _release = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the stand-ins are programs of Linux");
        _release = await ReleaseHost.StartAsync();
    }

    [Fact]
    public async Task Install_SecondRun_TakesTheArchiveFromTheCache()
    {
        await InstallAsync();
        _node.Delete("local/bin/containerd-shim-wasmedge-v1");

        await InstallAsync();

        _release.Requests.ShouldBe(["/v0.6.0/containerd-shim-wasmedge-x86_64-linux-musl.tar.gz"]);
        File.ReadAllText(_node.ProgramPath).ShouldContain("0.6.0");
    }

    [Fact]
    public async Task Install_DownloadCutOff_LeavesNothingAndTheNextRunSucceeds()
    {
        _release.BreaksAfter = 20;

        var failure = await Should.ThrowAsync<DistributedApplicationException>(InstallAsync());

        failure.Message.ShouldContain("The download of http://127.0.0.1");
        failure.Message.ShouldContain("run the step again");
        Directory.EnumerateFiles(_state.Path, "*", SearchOption.AllDirectories).ShouldBeEmpty();
        _node.Files.ShouldBe(["config.toml"]);

        _release.BreaksAfter = null;
        await InstallAsync();
        File.Exists(_node.ProgramPath).ShouldBeTrue();
    }

    [Fact]
    public async Task Install_DigestOfTheSettings_IsWanted()
    {
        var failure = await Should.ThrowAsync<DistributedApplicationException>(InstallAsync(("WasmLab:Shim:Sha256", new string('0', 64))));

        failure.Message.ShouldContain(Convert.ToHexStringLower(SHA256.HashData(_release.Archive)));
        failure.Message.ShouldContain("WasmLab:Shim:Sha256 wants 0000");
        _node.Files.ShouldBe(["config.toml"]);

        await InstallAsync(("WasmLab:Shim:Sha256", Convert.ToHexStringLower(SHA256.HashData(_release.Archive))));
        File.Exists(_node.ProgramPath).ShouldBeTrue();
    }

    [Fact]
    public async Task Install_ReleaseChangedSinceTheFirstTime_IsRefused()
    {
        await InstallAsync();
        File.Delete(Directory.EnumerateFiles(_state.Path, "*.tar.gz", SearchOption.AllDirectories).Single());
        _release.Archive = ReleaseHost.Pack("containerd-shim-wasmedge-v1", Encoding.UTF8.GetBytes("#!/bin/sh\necho changed\n"));

        var failure = await Should.ThrowAsync<DistributedApplicationException>(InstallAsync());

        failure.Message.ShouldContain("recorded");
        failure.Message.ShouldContain("the release was changed");
        File.ReadAllText(_node.ProgramPath).ShouldContain("0.6.0");
    }

    [Fact]
    public async Task Install_ArchiveInTheCacheDamaged_IsNoticed()
    {
        await InstallAsync();
        File.AppendAllText(Directory.EnumerateFiles(_state.Path, "*.tar.gz", SearchOption.AllDirectories).Single(), "x");

        (await Should.ThrowAsync<DistributedApplicationException>(InstallAsync())).Message.ShouldContain("recorded");
    }

    [Fact]
    public async Task Install_NoReleaseForTheArchitecture_SaysWhatElseThereIs()
    {
        _node["architecture"] = "aarch64\n";

        var failure = await Should.ThrowAsync<DistributedApplicationException>(InstallAsync());

        failure.Message.ShouldContain("no shim for aarch64");
        failure.Message.ShouldContain("WasmLab:Shim:Source=build");
    }

    [Fact]
    public async Task Install_ArchitectureThatRunwasiDoesNotKnow_IsRefusedWithoutADownload()
    {
        _node["architecture"] = "riscv64\n";

        (await Should.ThrowAsync<DistributedApplicationException>(InstallAsync())).Message.ShouldContain("riscv64");

        _release.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Install_ArchiveWithoutTheShim_SaysSo()
    {
        _release.Archive = ReleaseHost.Pack("README", "x"u8.ToArray());

        (await Should.ThrowAsync<DistributedApplicationException>(InstallAsync())).Message.ShouldContain("does not hold containerd-shim-wasmedge-v1");
    }

    [Fact]
    public async Task Install_DryRun_ShowsTheDownloadAndTakesNothing()
    {
        await InstallAsync(("WasmLab:DryRun", "true"));

        _release.Requests.ShouldBeEmpty();
        _node.Files.ShouldBe(["config.toml"]);
        Directory.EnumerateFiles(_state.Path, "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    public async ValueTask DisposeAsync()
    {
        if (_release is not null)
        {
            await _release.DisposeAsync();
        }

        _node.Dispose();
        _state.Dispose();
    }

    private async Task InstallAsync(params (string Key, string Value)[] more)
    {
        var settings = _node.Settings;
        settings["WasmLab:Shim:Url"] = _release.Url;
        foreach (var (key, value) in more)
        {
            settings[key] = value;
        }

        await using var step = new ShimStep(settings, _state.Path);
        await step.InstallAsync();
    }
}
