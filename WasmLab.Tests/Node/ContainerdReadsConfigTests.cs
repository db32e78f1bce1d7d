using System.Diagnostics;
using System.Text.RegularExpressions;
using WasmLab.Hosting.WasmShims;
using WasmLab.Hosting.WasmShims.Containerd;
using WasmLab.Tests.Hosting.WasmShims;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Nodes;

/// <summary>
/// Every shape of a configuration, as changed by the lab, read by containerd itself: by the node's, and by those that WASMLAB_CONTAINERD
/// names (paths, separated by colons).
/// </summary>
[Trait(Category.Name, Category.Node)]
[Collection(NodeCollection.Name)]
public sealed partial class ContainerdReadsConfigTests
{
    private const string Handler = "wasmedgev1";

    [Theory]
    [MemberData(nameof(ContainerdConfigEditorTests.Configurations), MemberType = typeof(ContainerdConfigEditorTests))]
    public async Task Add_AnyConfiguration_MeansTheSameToContainerd(string text)
    {
        Assert.SkipUnless(RealNode.Unavailable is null, RealNode.Unavailable ?? "");
        string[] others = Environment.GetEnvironmentVariable("WASMLAB_CONTAINERD")?.Split(':', StringSplitOptions.RemoveEmptyEntries) ?? [];
        foreach (var containerd in (string[])[Path.Combine(RealNode.Folder, "root/usr/bin/containerd"), .. others])
        {
            var version = Version.Parse(MajorMinor().Match(await RunAsync(containerd, "--version")).Value);
            if (ContainerdConfig.Parse(text).Version > NewestConfiguration(version))
            {
                continue;
            }

            var before = await DumpAsync(containerd, text);
            var wanted = ContainerdHandler.Wanted(new ShimOptions { Source = ShimSource.Crun }, before);
            var kept = ContainerdConfig.Parse(text, version).Runtimes.Count > 0 ? [] : before.Runtimes.ToDictionary();

            var after = await DumpAsync(containerd, ContainerdConfigEditor.Add(text, new HandlerBlock(Handler, wanted) { Kept = kept }, version));

            after.Runtimes[Handler].IsSameAs(wanted).ShouldBeTrue(after.Runtimes[Handler].Describe());
            after.Runtimes.Keys.ShouldBe(before.Runtimes.Keys.Append(Handler), ignoreOrder: true);
            after.Runtimes["runc"].IsSameAs(before.Runtimes["runc"]).ShouldBeTrue();
        }
    }

    private static int NewestConfiguration(Version containerd) => containerd switch
    {
        { Major: < 2 } => 2,
        { Major: 2, Minor: < 3 } => 3,
        _ => 4,
    };

    private static async Task<ContainerdConfig> DumpAsync(string containerd, string text)
    {
        using var folder = new TemporaryDirectory();
        await File.WriteAllTextAsync(folder["config.toml"], text);
        return ContainerdConfig.Parse(await RunAsync(containerd, "--config", folder["config.toml"], "config", "dump"));
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0, await errors);
        return output;
    }

    [GeneratedRegex(@"\d+\.\d+")]
    private static partial Regex MajorMinor();
}
