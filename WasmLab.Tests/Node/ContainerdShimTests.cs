using WasmLab.Hosting.Diagnosis;
using WasmLab.Hosting.WasmShims.Containerd;
using WasmLab.Oci;
using WasmLab.Tests.Assets;
using WasmLab.Tests.Hosting.WasmShims;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Nodes;

/// <summary>The shim step on a real containerd, with the node's crun as what runs WebAssembly.</summary>
[Trait(Category.Name, Category.Node)]
public sealed class ContainerdShimTests : IAsyncLifetime
{
    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(NodeScript.Unavailable is null, NodeScript.Unavailable ?? "");
        await NodeScript.RunAsync("down");
        await NodeScript.RunAsync("up");
    }

    public async ValueTask DisposeAsync()
    {
        if (NodeScript.Unavailable is null)
        {
            await NodeScript.RunAsync("down");
        }
    }

    [Fact]
    public async Task Install_RealNode_RunsWasmAndIsRemovedToTheByte()
    {
        var before = await File.ReadAllBytesAsync(NodeScript.Configuration);
        await using var step = new ShimStep(NodeScript.Settings);

        await step.InstallAsync();

        step.Log.ShouldContain("[1/1] Node node: installed.");
        (await step.ExamineAsync()).ShouldAllBe(finding => finding.Status == FindingStatus.Holds);
        var entry = ContainerdConfig.Parse(await NodeScript.RunAsync("enter", NodeScript.Containerd, "--config", NodeScript.Configuration, "config", "dump")).Runtimes["wasmedgev1"];
        entry.BinaryName.ShouldBe(NodeScript.WasmRuntime);
        entry.SystemdCgroup.ShouldBe(false);
        (await RunModuleAsync(entry)).ShouldContain("listening on");

        var installed = await File.ReadAllBytesAsync(NodeScript.Configuration);
        var process = await File.ReadAllTextAsync(Path.Combine(NodeScript.Folder, "containerd.pid"));
        await step.InstallAsync();

        step.Log.ShouldContain("nothing changed");
        (await File.ReadAllBytesAsync(NodeScript.Configuration)).ShouldBe(installed);
        (await File.ReadAllTextAsync(Path.Combine(NodeScript.Folder, "containerd.pid"))).ShouldBe(process, "it was not restarted");

        await step.RemoveAsync();

        (await File.ReadAllBytesAsync(NodeScript.Configuration)).ShouldBe(before);
        File.Exists(NodeScript.Configuration + ".before-wasmlab").ShouldBeFalse();
        (await step.ExamineAsync()).Single(finding => finding.Status == FindingStatus.Broken).Link.ShouldBe("Handler wasmedgev1 on node");
    }

    [Fact]
    public async Task Examine_ChangedButNotRestarted_IsNamed()
    {
        await using var step = new ShimStep(NodeScript.Settings);
        await step.InstallAsync();
        File.SetLastWriteTimeUtc(NodeScript.Configuration, File.GetLastWriteTimeUtc(NodeScript.Configuration).AddMinutes(1));

        var broken = (await step.ExamineAsync()).Single(finding => finding.Status == FindingStatus.Broken);

        broken.Link.ShouldBe("Runtimes on node");
        broken.Found.ShouldContain("started before");
    }

    [Fact]
    public async Task Install_RestartCommandFails_LeavesConfigurationAndContainerdAsTheyWere()
    {
        var before = await File.ReadAllTextAsync(NodeScript.Configuration);
        var settings = NodeScript.Settings;
        settings["WasmLab:Shim:RestartCommand"] = "false";
        await using var step = new ShimStep(settings);

        var failure = await Should.ThrowAsync<Aspire.Hosting.DistributedApplicationException>(step.InstallAsync());

        failure.Message.ShouldContain("WasmLab:Shim:RestartCommand");
        (await File.ReadAllTextAsync(NodeScript.Configuration)).ShouldBe(before);
        (await NodeScript.RunAsync("status")).ShouldContain("answers");
    }

    /// <summary>Runs the module under the entry as containerd's own client does, until it says that it listens.</summary>
    private static async Task<string> RunModuleAsync(RuntimeEntry entry)
    {
        using var directory = new TemporaryDirectory();
        var store = new ImageStore(directory["store"]);
        var reference = ImageReference.Parse("docker.io/wasmlab/module:1");
        var image = new ImageBuilder { Entrypoint = ["/httpbin.wasm"] }
            .AddLayer(LayerEntry.FromFile("httpbin.wasm", AssetFiles.PathOf("modules/httpbin.wasm")));
        await store.SaveAsync(reference, image.Build());
        await using (var archive = File.Create(directory["image.tar"]))
        {
            await store.ExportAsync(reference, archive);
        }

        await NodeScript.RunAsync("ctr", "images", "import", directory["image.tar"]);
        var (_, output, errors) = await NodeScript.ExecuteAsync(
            "timeout", "20", "bash", "-c",
            $"bash {NodeScript.Path} ctr run --rm --runtime {entry.Type} --runc-binary {entry.BinaryName} {reference} shim-test 2>&1 | head -n 1; bash {NodeScript.Path} ctr task kill --signal KILL shim-test");
        return output + errors;
    }
}
