using System.Text.Json.Nodes;
using WasmLab.Kubernetes;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Kubernetes;

[Trait(Category.Name, Category.Unit)]
public sealed class ManifestTests
{
    [Theory]
    [InlineData("yes", "true")]
    [InlineData("Off", "false")]
    [InlineData("~", "null")]
    [InlineData("", "null")]
    [InlineData("12", "12")]
    [InlineData("-12", "-12")]
    [InlineData("0x1F", "31")]
    [InlineData("0o17", "15")]
    [InlineData("017", "15")]
    [InlineData("0b11", "3")]
    [InlineData("1_000", "1000")]
    [InlineData("1.5", "1.5")]
    [InlineData("1e3", "1000")]
    [InlineData("1.2.3", "\"1.2.3\"")]
    [InlineData("08", "8")]
    [InlineData("10:30", "\"10:30\"")]
    [InlineData("--", "\"--\"")]
    [InlineData("\"12\"", "\"12\"")]
    [InlineData("'yes'", "\"yes\"")]
    [InlineData("!!str 12", "\"12\"")]
    [InlineData("100m", "\"100m\"")]
    [InlineData("2026-11-22", "\"2026-11-22\"")]
    public void Parse_Scalar_MeansWhatItMeansToKubernetes(string yaml, string json)
    {
        var value = Manifest.Parse($"value: {yaml}")[0]["value"];

        (value?.ToJsonString() ?? "null").ShouldBe(json);
    }

    [Fact]
    public void Parse_DocumentsAndLists_AreAllObjects()
    {
        var objects = Manifest.Parse("""
            # nothing but a comment
            ---
            kind: A
            ---
            kind: List
            items:
            - kind: B
            - kind: C
            ---
            {"kind": "D"}
            """);

        objects.Select(obj => (string?)obj["kind"]).ShouldBe(["A", "B", "C", "D"]);
    }

    [Fact]
    public void Parse_AnchorsAndMergeKeys_AreResolved()
    {
        var obj = Manifest.Parse("base: &b {x: 1, y: 2}\none: *b\ntwo:\n  <<: *b\n  y: 3\n")[0];

        obj["one"]!.ToJsonString().ShouldBe("""{"x":1,"y":2}""");
        JsonNode.DeepEquals(obj["two"], JsonNode.Parse("""{"x":1,"y":3}""")).ShouldBeTrue();
    }

    [Theory]
    [InlineData("a: [1", "line")]
    [InlineData("a: 1\na: 2", "line")]
    [InlineData("- a\n- b", "a manifest is a mapping")]
    [InlineData("just text", "a manifest is a mapping")]
    public void Parse_NoManifest_SaysWhy(string yaml, string message) =>
        Should.Throw<FormatException>(() => Manifest.Parse(yaml)).Message.ShouldContain(message, Case.Insensitive);

    [Fact]
    public void Parse_AliasBomb_IsRefused()
    {
        var yaml = "a: &a [x,x,x,x,x,x,x,x,x,x]\n";
        for (var letter = 'b'; letter <= 'i'; letter++)
        {
            var previous = (char)(letter - 1);
            yaml += $"{letter}: &{letter} [{string.Join(',', Enumerable.Repeat($"*{previous}", 10))}]\n";
        }

        Should.Throw<FormatException>(() => Manifest.Parse(yaml)).Message.ShouldContain("nodes");
    }

    [Theory]
    [InlineData("""{"a":"yes","b":"12","c":"","d":null,"e":true,"f":1.5,"g":"~","h":"2026-11-22","i":"0x1"}""")]
    [InlineData("""{"text":"line one\nline two\n","tab":"a\tb","quote":"say \"hi\"","hash":"a # b","colon":"a: b","dash":"- x"}""")]
    [InlineData("""{"list":[],"map":{},"deep":[{"a":[1,[2]]}],"star":"*x","bang":"!x","percent":"%x","space":" x ","newline":"\n"}""")]
    [InlineData("""{"unicode":"äöü 漢字","long":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb ccccccccccc"}""")]
    public void ToYaml_AnyObject_ReadsBackTheSame(string json)
    {
        var yaml = Manifest.ToYaml(JsonNode.Parse(json)!);

        Manifest.Parse(yaml)[0].ToJsonString().ShouldBe(JsonNode.Parse(json)!.ToJsonString(), yaml);
    }
}
