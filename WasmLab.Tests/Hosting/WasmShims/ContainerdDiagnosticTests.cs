using System.Runtime.Versioning;
using WasmLab.Hosting.Diagnosis;
using WasmLab.Hosting.WasmShims.Containerd;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Hosting.WasmShims;

/// <summary>What the doctor finds on stand-in nodes on which one thing was broken after the step.</summary>
[Trait(Category.Name, Category.EndToEnd)]
[SupportedOSPlatform("linux")]
public sealed class ContainerdDiagnosticTests : IAsyncLifetime
{
    private const string Shim = "#!/bin/sh\n";
    private readonly StandInNode _node = new("1.7.27", ContainerdConfigs.Minikube);
    private readonly TemporaryDirectory _files = new();
    private ShimStep _step = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the stand-ins are programs of Linux");
        File.WriteAllText(_files["shim"], Shim);
        var settings = _node.Settings;
        settings["WasmLab:Shim:Source"] = "file";
        settings["WasmLab:Shim:File"] = _files["shim"];
        _step = new ShimStep(settings);
        await _step.InstallAsync();
    }

    [Fact]
    public async Task Examine_NothingBroken_EveryLinkHolds()
    {
        var findings = await _step.ExamineAsync();

        findings.Select(finding => finding.Link).ShouldBe(["containerd on node", "Handler wasmedgev1 on node", "Shim on node", "Runtimes on node"]);
        findings.ShouldAllBe(finding => finding.Status == FindingStatus.Holds);
    }

    [Fact]
    public Task Examine_HandlerTakenOut_IsNamed()
    {
        _node["etc/config.toml"] = ContainerdConfigs.Minikube;
        return ShouldBeBroken("Handler wasmedgev1 on node", "containerd has no runtime under the name wasmedgev1 (it has runc)");
    }

    [Fact]
    public Task Examine_HandlerInTheSectionOfAnotherVersion_NamesBothSections()
    {
        _node["etc/config.toml"] = ContainerdConfigs.Minikube
            + "[plugins.\"io.containerd.cri.v1.runtime\".containerd.runtimes.wasmedgev1]\nruntime_type = \"io.containerd.wasmedge.v1\"\n";
        return ShouldBeBroken("Handler wasmedgev1 on node", "containerd does not see it where it is");
    }

    [Fact]
    public Task Examine_OtherCgroupDriver_IsNamed()
    {
        _node["etc/config.toml"] = _node.Config.Replace("    SystemdCgroup = true\n# wasmlab", "    SystemdCgroup = false\n# wasmlab", StringComparison.Ordinal);
        return ShouldBeBroken("Handler wasmedgev1 on node", "cgroup driver");
    }

    [Fact]
    public Task Examine_OtherRuntimeType_IsNamed()
    {
        _node["etc/config.toml"] = _node.Config.Replace("io.containerd.wasmedge.v1", "io.containerd.runc.v2", StringComparison.Ordinal);
        return ShouldBeBroken("Handler wasmedgev1 on node", "it is another handler than the settings want");
    }

    [Fact]
    public Task Examine_ProgramMissing_IsNamed()
    {
        File.Delete(_node.ProgramPath);
        return ShouldBeBroken("Shim on node", "nor in another folder of containerd's PATH");
    }

    [Fact]
    public Task Examine_ProgramNotExecutable_IsNamed()
    {
        File.SetUnixFileMode(_node.ProgramPath, ShimModes.Configuration);
        return ShouldBeBroken("Shim on node", "its permissions were changed");
    }

    [Fact]
    public Task Examine_ProgramOfAnotherArchitecture_IsNamed()
    {
        File.WriteAllBytes(_node.ProgramPath, ElfFileTests.Elf(183));
        return ShouldBeBroken("Shim on node", "exec format error");
    }

    [Fact]
    public Task Examine_ContainerdNotRestarted_IsNamed()
    {
        _node["loaded.toml"] = ContainerdConfigs.Minikube;
        return ShouldBeBroken("Runtimes on node", "reads its configuration only when it starts");
    }

    [Fact]
    public Task Examine_ContainerdDown_IsNamed()
    {
        _node.Delete("loaded.toml");
        _node.Delete("bin/crictl");
        return ShouldBeBroken("Runtimes on node", "it does not run");
    }

    [Fact]
    public Task Examine_ConfigurationDamaged_IsNamed()
    {
        _node["refuses"] = "version";
        return ShouldBeBroken("containerd on node", "refuses the configuration");
    }

    public async ValueTask DisposeAsync()
    {
        if (_step is not null)
        {
            await _step.DisposeAsync();
        }

        _node.Dispose();
        _files.Dispose();
    }

    private async Task ShouldBeBroken(string link, string cause)
    {
        var findings = await _step.ExamineAsync();

        var broken = findings.Where(finding => finding.Status == FindingStatus.Broken).ShouldHaveSingleItem();
        broken.Link.ShouldBe(link);
        broken.Failure!.Cause.ShouldContain(cause);
        broken.Failure.Remedy.ShouldNotBeEmpty();
    }
}
