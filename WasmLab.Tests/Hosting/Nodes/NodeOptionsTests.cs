using Microsoft.Extensions.Configuration;
using WasmLab.Hosting.Lab;
using WasmLab.Hosting.Nodes;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Hosting.Nodes;

[Trait(Category.Name, Category.Unit)]
public sealed class NodeOptionsTests
{
    [Fact]
    public void Read_OneShell_IsTheOnlyNodes()
    {
        var (options, problems) = Read(("Nodes:Shell", "ssh -i 'my key' root@10.0.0.5"));

        problems.ShouldBeEmpty();
        var node = options.Shells.ShouldHaveSingleItem();
        node.Name.ShouldBeNull();
        node.Prefix.ShouldBe(["ssh", "-i", "my key", "root@10.0.0.5"]);
    }

    [Fact]
    public void Read_SeveralNodes_AreInTheirOrder()
    {
        var (options, problems) = Read(
            ("Nodes:0:Name", "a"), ("Nodes:0:Shell", "ssh root@a"), ("Nodes:1:Name", "b"), ("Nodes:1:Shell", "docker exec -i b"));

        problems.ShouldBeEmpty();
        options.Shells.Select(node => node.Name).ShouldBe(["a", "b"]);
    }

    [Fact]
    public void Read_Nothing_HasNoShells() => Read().Options.Shells.ShouldBeEmpty();

    [Theory]
    [InlineData("Nodes:0:Name", "a", "WasmLab:Nodes:0:Shell")]
    [InlineData("Nodes:0:Shell", "ssh a", "WasmLab:Nodes:0:Name")]
    [InlineData("Nodes:Shell", "ssh 'a", "WasmLab:Nodes:Shell")]
    public void Read_Incomplete_NamesTheSetting(string key, string value, string named) =>
        Read((key, value)).Problems.ShouldHaveSingleItem().ShouldContain(named);

    private static (NodeOptions Options, IReadOnlyList<string> Problems) Read(params (string Key, string Value)[] settings)
    {
        var reader = new SettingsReader(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create<string, string?>("WasmLab:" + pair.Key, pair.Value))).Build());
        return (NodeOptions.Read(reader), reader.Problems);
    }
}
