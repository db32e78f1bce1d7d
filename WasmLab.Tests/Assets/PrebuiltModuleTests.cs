using System.Security.Cryptography;
using System.Text.RegularExpressions;

using WasmLab.Tests.Support;

namespace WasmLab.Tests.Assets;

[Trait(Category.Name, Category.Unit)]
public sealed partial class PrebuiltModuleTests
{
    [Theory]
    [InlineData("httpbin.wasm")]
    [InlineData("linux-x64/httpbin")]
    public void Module_HasTheRecordedDigest(string name)
    {
        var recorded = File.ReadAllLines(AssetFiles.PathOf("modules/SHA256SUMS")).Single(line => line.EndsWith("  " + name, StringComparison.Ordinal));

        var digest = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(AssetFiles.PathOf("modules/" + name))));

        recorded.ShouldBe($"{digest}  {name}");
    }

    [Fact]
    public void Module_HoldsNoPathOfTheMachineThatBuiltIt()
    {
        foreach (var name in new[] { "httpbin.wasm", "linux-x64/httpbin" })
        {
            var text = System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(AssetFiles.PathOf("modules/" + name)));

            text.ShouldNotContain("/home/");
            text.ShouldNotContain("/tmp/httpbin-build");
            text.ShouldNotContain("/usr/share/cargo");
        }
    }

    [Theory]
    [InlineData("native")]
    [InlineData("embed")]
    [InlineData("runtime")]
    public void Dockerfile_OfAFlavor_PinsItsBasesAndNamesTheFlavor(string flavor)
    {
        var lines = File.ReadAllLines(AssetFiles.PathOf($"httpbin/{flavor}.Dockerfile"));

        lines.ShouldContain($"ENV FLAVOR={flavor}");
        lines.Where(line => line.StartsWith("FROM ", StringComparison.Ordinal)).ShouldAllBe(line => PinnedBase.IsMatch(line));
    }

    [GeneratedRegex(@"^FROM (--platform=\$BUILDPLATFORM )?(scratch|\S+@sha256:[0-9a-f]{64}|\S+:\d+\.\d+\.\d+)( AS \w+)?$")]
    private static partial Regex PinnedBase { get; }
}
