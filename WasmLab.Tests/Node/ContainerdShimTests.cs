using System.Diagnostics;
using WasmLab.Hosting.Diagnosis;
using WasmLab.Hosting.WasmShims.Containerd;
using WasmLab.Tests.Hosting.WasmShims;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Nodes;

/// <summary>The shim step on a real containerd, with the node's crun as what runs WebAssembly, under a name that the node has not.</summary>
[Trait(Category.Name, Category.Node)]
[Collection(NodeCollection.Name)]
public sealed class ContainerdShimTests : IAsyncLifetime
{
    private const string Handler = "wasm-by-step";
    private byte[] _before = [];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(RealNode.Unavailable is null, RealNode.Unavailable ?? "");
        _before = await File.ReadAllBytesAsync(RealNode.Configuration, Cancelled);
    }

    public async ValueTask DisposeAsync()
    {
        if (_before.Length > 0 && !(await File.ReadAllBytesAsync(RealNode.Configuration)).SequenceEqual(_before))
        {
            await File.WriteAllBytesAsync(RealNode.Configuration, _before);
            await RealNode.RunAsync("restart");
        }
    }

    [Fact]
    public async Task Install_RealNode_RunsWasmAndIsRemovedToTheByte()
    {
        await using var step = Step();

        await step.InstallAsync();

        step.Log.ShouldContain("[1/1] Node node: installed.");
        (await step.ExamineAsync()).ShouldAllBe(finding => finding.Status == FindingStatus.Holds);
        var entry = ContainerdConfig.Parse(await RealNode.RunAsync("enter", Path.Combine(RealNode.Folder, "root/usr/bin/containerd"), "--config", RealNode.Configuration, "config", "dump")).Runtimes[Handler];
        entry.BinaryName.ShouldBe(RealNode.WasmRuntime);
        entry.SystemdCgroup.ShouldBe(false);
        (await RunModuleAsync(entry)).ShouldContain("listening on");

        var (installed, process) = (await File.ReadAllBytesAsync(RealNode.Configuration, Cancelled), await ProcessAsync());
        await step.InstallAsync();

        step.Log.ShouldContain("nothing changed");
        (await File.ReadAllBytesAsync(RealNode.Configuration, Cancelled)).ShouldBe(installed);
        (await ProcessAsync()).ShouldBe(process, "it was not restarted");

        await step.RemoveAsync();

        (await File.ReadAllBytesAsync(RealNode.Configuration, Cancelled)).ShouldBe(_before);
        File.Exists(RealNode.Configuration + ".before-wasmlab").ShouldBeFalse();
        (await ProcessAsync()).ShouldNotBe(process, "it was restarted");
        (await step.ExamineAsync()).Single(finding => finding.Status == FindingStatus.Broken).Link.ShouldBe($"Handler {Handler} on node");
    }

    [Fact]
    public async Task Examine_ChangedButNotRestarted_IsNamed()
    {
        await using var step = Step();
        await step.InstallAsync();
        File.SetLastWriteTimeUtc(RealNode.Configuration, File.GetLastWriteTimeUtc(RealNode.Configuration).AddMinutes(1));

        var broken = (await step.ExamineAsync()).Single(finding => finding.Status == FindingStatus.Broken);

        broken.Link.ShouldBe("Runtimes on node");
        broken.Found.ShouldContain("started before");
    }

    [Fact]
    public async Task Install_RestartCommandFails_LeavesConfigurationAndContainerdAsTheyWere()
    {
        var process = await ProcessAsync();
        await using var step = Step(restart: "false");

        var failure = await Should.ThrowAsync<Aspire.Hosting.DistributedApplicationException>(step.InstallAsync());

        failure.Message.ShouldContain("WasmLab:Shim:RestartCommand");
        (await File.ReadAllBytesAsync(RealNode.Configuration, Cancelled)).ShouldBe(_before);
        (await ProcessAsync()).ShouldBe(process);
    }

    private static Task<string> ProcessAsync() => File.ReadAllTextAsync(Path.Combine(RealNode.Folder, "containerd.pid"), Cancelled);

    private static ShimStep Step(string? restart = null)
    {
        var script = $"env WASMLAB_NODE={RealNode.Folder} WASMLAB_NODE_NUMBER={RealNode.Number} bash {RealNode.Script}";
        var settings = new Dictionary<string, string?>
        {
            ["WasmLab:Nodes:Shell"] = $"{script} enter",
            ["WasmLab:Shim:Source"] = "crun",
            ["WasmLab:Shim:BinaryName"] = RealNode.WasmRuntime,
            ["WasmLab:Shim:ContainerdConfig"] = RealNode.Configuration,
            ["WasmLab:Shim:RestartCommand"] = restart ?? $"{script} restart",
        };
        return new ShimStep(settings, handler: Handler);
    }

    /// <summary>Runs the runtime flavor under the entry as containerd's own client does, until it says that it listens.</summary>
    private static async Task<string> RunModuleAsync(RuntimeEntry entry)
    {
        var start = new ProcessStartInfo("timeout",
        [
            "30", "bash", "-c",
            $"bash {RealNode.Script} ctr run --rm --runtime {entry.Type} --runc-binary {entry.BinaryName} docker.io/wasmlab/httpbin:runtime shim-step 2>&1 "
                + $"| head -n 1; bash {RealNode.Script} ctr task kill --signal KILL shim-step",
        ]) { RedirectStandardOutput = true };
        start.Environment["WASMLAB_NODE"] = RealNode.Folder;
        start.Environment["WASMLAB_NODE_NUMBER"] = RealNode.Number;
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(Cancelled);
        await process.WaitForExitAsync(Cancelled);
        return output;
    }
}
