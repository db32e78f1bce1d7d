using System.Text.RegularExpressions;
using WasmLab.Hosting.WasmShims;
using WasmLab.Hosting.WasmShims.Containerd;
using WasmLab.Tests.Hosting.WasmShims;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Nodes;

/// <summary>What the lab writes into a configuration, read by containerd itself.</summary>
[Trait(Category.Name, Category.Node)]
[Collection(NodeCollection.Name)]
public sealed class ContainerdReadsConfigTests : IAsyncLifetime
{
    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(RealNode.Unavailable is null, RealNode.Unavailable ?? "");
        await RealNode.RunAsync("install");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>
    /// Every shape of a configuration, as changed by the lab, is what the lab means to containerd itself: Debian's, and those that
    /// WASMLAB_CONTAINERD names (paths, separated by colons).
    /// </summary>
    [Theory]
    [MemberData(nameof(ContainerdConfigEditorTests.Configurations), MemberType = typeof(ContainerdConfigEditorTests))]
    public async Task Add_AnyConfiguration_MeansTheSameToContainerd(string text)
    {
        string[] containerds = [RealNode.Containerd, .. (Environment.GetEnvironmentVariable("WASMLAB_CONTAINERD") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)];
        foreach (var containerd in containerds)
        {
            var version = Version.Parse(Regex.Match((await RealNode.ExecuteAsync(containerd, "--version")).Output, @"\d+\.\d+").Value);
            if (ContainerdConfig.Parse(text).Version > NewestConfiguration(version))
            {
                continue;
            }

            var before = (await DumpAsync(containerd, text)).ShouldNotBeNull();
            var wanted = ContainerdHandler.Wanted(new() { Source = ShimSource.Crun }, before);
            var kept = ContainerdConfig.Parse(text, version).Runtimes.Count > 0 ? [] : before.Runtimes.ToDictionary();
            var after = await DumpAsync(containerd, ContainerdConfigEditor.Add(text, new HandlerBlock("wasmedgev1", wanted) { Kept = kept }, version));

            after.ShouldNotBeNull();
            after.Runtimes["wasmedgev1"].IsSameAs(wanted).ShouldBeTrue(after.Runtimes["wasmedgev1"].Describe());
            after.Runtimes.Keys.ShouldBe(before.Runtimes.Keys.Append("wasmedgev1"), ignoreOrder: true);
            after.Runtimes["runc"].IsSameAs(before.Runtimes["runc"]).ShouldBeTrue();
        }
    }

    private static async Task<ContainerdConfig?> DumpAsync(string containerd, string text)
    {
        using var folder = new TemporaryDirectory();
        await File.WriteAllTextAsync(folder["config.toml"], text);
        var (code, output, _) = await RealNode.ExecuteAsync(containerd, "--config", folder["config.toml"], "config", "dump");
        return code == 0 ? ContainerdConfig.Parse(output) : null;
    }

    private static int NewestConfiguration(Version containerd) => containerd switch
    {
        { Major: < 2 } => 2,
        { Major: 2, Minor: < 3 } => 3,
        _ => 4,
    };
}
