using WasmLab.EmbeddedCluster.Nodes.Pods;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Nodes;

[Trait(Category.Name, Category.Unit)]
public sealed class VariableExpansionTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("$(A)", "1")]
    [InlineData("x$(A)y$(B)z", "x1y2z")]
    [InlineData("$$(A)", "$(A)")]
    [InlineData("$$$(A)", "$1")]
    [InlineData("$(MISSING)", "$(MISSING)")]
    [InlineData("$(A", "$(A")]
    [InlineData("$A", "$A")]
    [InlineData("price: 5$", "price: 5$")]
    [InlineData("$()", "$()")]
    public void Expand_Text_FollowsTheRulesOfKubernetes(string text, string expected)
    {
        var variables = new Dictionary<string, string> { ["A"] = "1", ["B"] = "2" };

        VariableExpansion.Expand(text, variables).ShouldBe(expected);
    }
}
