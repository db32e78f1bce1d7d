using WasmLab.Hosting.Diagnosis;
using WasmLab.Hosting.WasmShims.Containerd;
using WasmLab.Tests.Hosting.WasmShims;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Nodes;

/// <summary>The shim step on a real containerd, with the node's crun as what runs WebAssembly.</summary>
[Trait(Category.Name, Category.Node)]
[Collection(NodeCollection.Name)]
public sealed class ContainerdShimTests : IAsyncLifetime
{
    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(RealNode.Unavailable is null, RealNode.Unavailable ?? "");
        await RealNode.RunAsync("down");
        await RealNode.RunAsync("up");
    }

    public async ValueTask DisposeAsync()
    {
        if (RealNode.Unavailable is null)
        {
            await RealNode.RunAsync("down");
        }
    }

    [Fact]
    public async Task Install_RealNode_RunsWasmAndIsRemovedToTheByte()
    {
        var before = await File.ReadAllBytesAsync(RealNode.Configuration);
        await using var step = new ShimStep(RealNode.Settings);

        await step.InstallAsync();

        step.Log.ShouldContain("[1/1] Node node: installed.");
        (await step.ExamineAsync()).ShouldAllBe(finding => finding.Status == FindingStatus.Holds);
        var entry = ContainerdConfig.Parse(await RealNode.RunAsync("enter", RealNode.Containerd, "--config", RealNode.Configuration, "config", "dump")).Runtimes["wasmedgev1"];
        entry.BinaryName.ShouldBe(RealNode.WasmRuntime);
        entry.SystemdCgroup.ShouldBe(false);
        (await RunModuleAsync(entry)).ShouldContain("listening on");

        var installed = await File.ReadAllBytesAsync(RealNode.Configuration);
        var process = await File.ReadAllTextAsync(Path.Combine(RealNode.Folder, "containerd.pid"));
        await step.InstallAsync();

        step.Log.ShouldContain("nothing changed");
        (await File.ReadAllBytesAsync(RealNode.Configuration)).ShouldBe(installed);
        (await File.ReadAllTextAsync(Path.Combine(RealNode.Folder, "containerd.pid"))).ShouldBe(process, "it was not restarted");

        await step.RemoveAsync();

        (await File.ReadAllBytesAsync(RealNode.Configuration)).ShouldBe(before);
        File.Exists(RealNode.Configuration + ".before-wasmlab").ShouldBeFalse();
        (await step.ExamineAsync()).Single(finding => finding.Status == FindingStatus.Broken).Link.ShouldBe("Handler wasmedgev1 on node");
    }

    [Fact]
    public async Task Examine_ChangedButNotRestarted_IsNamed()
    {
        await using var step = new ShimStep(RealNode.Settings);
        await step.InstallAsync();
        File.SetLastWriteTimeUtc(RealNode.Configuration, File.GetLastWriteTimeUtc(RealNode.Configuration).AddMinutes(1));

        var broken = (await step.ExamineAsync()).Single(finding => finding.Status == FindingStatus.Broken);

        broken.Link.ShouldBe("Runtimes on node");
        broken.Found.ShouldContain("started before");
    }

    [Fact]
    public async Task Install_RestartCommandFails_LeavesConfigurationAndContainerdAsTheyWere()
    {
        var before = await File.ReadAllTextAsync(RealNode.Configuration);
        var settings = RealNode.Settings;
        settings["WasmLab:Shim:RestartCommand"] = "false";
        await using var step = new ShimStep(settings);

        var failure = await Should.ThrowAsync<Aspire.Hosting.DistributedApplicationException>(step.InstallAsync());

        failure.Message.ShouldContain("WasmLab:Shim:RestartCommand");
        (await File.ReadAllTextAsync(RealNode.Configuration)).ShouldBe(before);
        (await RealNode.RunAsync("status")).ShouldContain("answers");
    }

    /// <summary>Runs the module under the entry as containerd's own client does, until it says that it listens.</summary>
    private static async Task<string> RunModuleAsync(RuntimeEntry entry)
    {
        const string reference = "docker.io/wasmlab/module:1";
        await RealNode.LoadAsync(reference, FlavorImages.Runtime("runtime"));
        var (_, output, errors) = await RealNode.ExecuteAsync(
            "timeout", "20", "bash", "-c",
            $"bash {RealNode.Script} ctr run --rm --runtime {entry.Type} --runc-binary {entry.BinaryName} {reference} shim-test 2>&1 "
                + $"| {{ head -n 1; bash {RealNode.Script} ctr task kill --signal KILL shim-test; }}");
        return output + errors;
    }
}
