using System.Text;
using System.Text.Json;

using WasmLab.Oci;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Oci;

[Trait(Category.Name, Category.Unit)]
public sealed class ImageBuilderTests
{
    private static readonly LayerEntry[] Entries =
    [
        LayerEntry.File("/usr/local/bin/tool", "tool"u8.ToArray(), LayerEntry.Executable),
        LayerEntry.SymbolicLink("/bin", "usr/local/bin"),
        LayerEntry.Directory("/tmp"),
        LayerEntry.File("/" + string.Concat(Enumerable.Repeat("long/", 40)) + "name", "x"u8.ToArray()),
        LayerEntry.File("/empty", default),
    ];

    [Fact]
    public void Build_SameInputInAnyOrder_GivesTheDigestItAlwaysGave()
    {
        var image = Build(Entries, ["B", "A"]);

        Build(Entries.Reverse(), ["A", "B"]).Digest.ShouldBe(image.Digest);
        image.Digest.ShouldBe("sha256:75d8eaebea67cde8947010bc97ddb9e07f2c07f981c8fc7d707591a6e576ec51");
    }

    [Fact]
    public void Build_OtherMode_GivesAnotherDigest()
    {
        var plain = new ImageBuilder().AddLayer(LayerEntry.File("x", default)).Build();
        var executable = new ImageBuilder().AddLayer(LayerEntry.File("x", default, LayerEntry.Executable)).Build();

        executable.Digest.ShouldNotBe(plain.Digest);
    }

    [Fact]
    public void Build_Configuration_HasTheSpecificationsNames()
    {
        var image = Build(Entries, ["A"]);

        var config = JsonDocument.Parse(image.Blobs[1].Content).RootElement;
        config.GetProperty("architecture").GetString().ShouldBe("amd64");
        config.GetProperty("os").GetString().ShouldBe("linux");
        config.GetProperty("rootfs").GetProperty("type").GetString().ShouldBe("layers");
        config.GetProperty("rootfs").GetProperty("diff_ids").GetArrayLength().ShouldBe(1);
        config.GetProperty("config").GetRawText().ShouldBe(
            """{"User":"65532","ExposedPorts":{"3000/tcp":{}},"Env":["A=1"],"Entrypoint":["/tool"],"Cmd":["-v"],"WorkingDir":"/tmp","Labels":{"a":"b"}}""");
    }

    [Fact]
    public void Build_FromFile_TakesItsContentAndNotItsMode()
    {
        var source = Path.GetTempFileName();
        try
        {
            File.WriteAllText(source, "tool");
            var fromFile = new ImageBuilder().AddLayer(LayerEntry.FromFile("x", source)).Build();

            fromFile.Digest.ShouldBe(new ImageBuilder().AddLayer(LayerEntry.File("x", Encoding.UTF8.GetBytes("tool"))).Build().Digest);
        }
        finally
        {
            File.Delete(source);
        }
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("/")]
    [InlineData("")]
    [InlineData("a/./b")]
    [InlineData("a\\b")]
    public void Build_ImpossiblePath_IsRefused(string path)
    {
        var builder = new ImageBuilder().AddLayer(LayerEntry.File(path, default));

        Should.Throw<ImageException>(builder.Build).Message.ShouldContain($"'{path}'");
    }

    [Fact]
    public void Build_PathGivenTwiceOrBelowAFile_IsRefused()
    {
        var twice = new ImageBuilder().AddLayer(LayerEntry.File("/a", default), LayerEntry.File("a", default));
        var below = new ImageBuilder().AddLayer(LayerEntry.File("/a", default), LayerEntry.File("/a/b/c", default));
        var missing = new ImageBuilder().AddLayer(LayerEntry.FromFile("/a", "/does/not/exist"));

        Should.Throw<ImageException>(twice.Build).Message.ShouldContain("two entries for 'a'");
        Should.Throw<ImageException>(below.Build).Message.ShouldContain("below 'a'");
        Should.Throw<ImageException>(missing.Build).Message.ShouldContain("'/does/not/exist'");
    }

    private static Image Build(IEnumerable<LayerEntry> entries, IEnumerable<string> variables)
    {
        var builder = new ImageBuilder
        {
            Platform = new("linux", "amd64"),
            Entrypoint = ["/tool"],
            Command = ["-v"],
            WorkingDirectory = "/tmp",
            User = "65532",
        };
        builder.Labels["a"] = "b";
        builder.ExposedPorts.Add("3000/tcp");
        foreach (var variable in variables)
        {
            builder.Environment[variable] = "1";
        }

        return builder.AddLayer(entries).Build();
    }
}
