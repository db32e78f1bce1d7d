using System.Text.Json;
using WasmLab.EmbeddedCluster.Api.Selectors;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Api;

[Trait(Category.Name, Category.Unit)]
public sealed class SelectorTests
{
    private static readonly Dictionary<string, string> s_labels = new() { ["app"] = "web", ["tier"] = "front", ["empty"] = "", ["n"] = "5", ["x.io/y"] = "z" };

    [Theory]
    [InlineData(null, true)]
    [InlineData("", true)]
    [InlineData("app=web", true)]
    [InlineData("app==web", true)]
    [InlineData("app=api", false)]
    [InlineData("app!=api", true)]
    [InlineData("missing!=api", true)]
    [InlineData("app=web,tier=front", true)]
    [InlineData("app=web, tier=back", false)]
    [InlineData("app", true)]
    [InlineData("missing", false)]
    [InlineData("!missing", true)]
    [InlineData("!app", false)]
    [InlineData("app in (web, api)", true)]
    [InlineData("app in (api)", false)]
    [InlineData("app notin (api)", true)]
    [InlineData("missing notin (api)", true)]
    [InlineData("app notin (web,api),tier", false)]
    [InlineData("empty=", true)]
    [InlineData("app=", false)]
    [InlineData("n>4", true)]
    [InlineData("n<5", false)]
    [InlineData("x.io/y=z", true)]
    public void LabelSelector_Given_FindsOrNot(string? selector, bool found) =>
        LabelSelector.Parse(selector).Matches(s_labels).ShouldBe(found);

    [Theory]
    [InlineData("a in b")]
    [InlineData("=x")]
    [InlineData("a=b c")]
    [InlineData("/x=y")]
    [InlineData("n>many")]
    public void LabelSelector_NoSelector_IsRefused(string selector) => Should.Throw<FormatException>(() => LabelSelector.Parse(selector));

    [Theory]
    [InlineData("metadata.name=web", true)]
    [InlineData("metadata.name!=web", false)]
    [InlineData("spec.nodeName==n1,status.phase!=Failed", true)]
    [InlineData("status.phase=", true)]
    [InlineData("spec.hostNetwork=true", true)]
    public void FieldSelector_Given_FindsOrNot(string selector, bool found)
    {
        var pod = JsonElement.Parse("""{"metadata":{"name":"web"},"spec":{"nodeName":"n1","hostNetwork":true}}""");

        FieldSelector.Parse(selector, ["spec.nodeName", "status.phase", "spec.hostNetwork"]).Matches(pod).ShouldBe(found);
    }

    [Fact]
    public void FieldSelector_OfAnotherField_IsRefused() =>
        Should.Throw<FormatException>(() => FieldSelector.Parse("spec.image=x", [])).Message.ShouldBe("field label not supported: spec.image");
}
