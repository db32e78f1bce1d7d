using System.Numerics;
using WasmLab.EmbeddedCluster.Api.Selectors;
using WasmLab.EmbeddedCluster.Api.Validation;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Api;

[Trait(Category.Name, Category.Unit)]
public sealed class SyntaxTests
{
    [Theory]
    [InlineData("0", "0")]
    [InlineData("1", "1000000000")]
    [InlineData("100m", "100000000")]
    [InlineData("1.5", "1500000000")]
    [InlineData(".5", "500000000")]
    [InlineData("5.", "5000000000")]
    [InlineData("64Mi", "67108864000000000")]
    [InlineData("1k", "1000000000000")]
    [InlineData("1e3", "1000000000000")]
    [InlineData("1E3", "1000000000000")]
    [InlineData("2E", "2000000000000000000000000000")]
    [InlineData("1e-3", "1000000")]
    [InlineData("-2", "-2000000000")]
    [InlineData("+2u", "2000")]
    [InlineData("0.0000000001", "1")]
    public void Quantity_Valid_IsReadInBillionths(string text, string billionths) =>
        Quantity.Parse(text).ShouldBe(BigInteger.Parse(billionths, null));

    [Theory]
    [InlineData("")]
    [InlineData("m")]
    [InlineData(".")]
    [InlineData("1.2.3")]
    [InlineData("1 Mi")]
    [InlineData("1mi")]
    [InlineData("1KB")]
    [InlineData("0x10")]
    [InlineData("1e")]
    [InlineData("--1")]
    public void Quantity_Invalid_IsNone(string text) => Quantity.Parse(text).ShouldBeNull();

    [Theory]
    [InlineData("web", true)]
    [InlineData("web.v1", true)]
    [InlineData("0", true)]
    [InlineData("Web", false)]
    [InlineData("web_1", false)]
    [InlineData("-web", false)]
    [InlineData("web.", false)]
    [InlineData("web\n", false)]
    [InlineData("a..b", false)]
    public void Subdomain_Given_IsJudged(string name, bool valid) => (Names.Subdomain(name) is null).ShouldBe(valid);

    [Theory]
    [InlineData("web", true)]
    [InlineData("0web", false)]
    [InlineData("web.v1", false)]
    public void Label1035_Given_IsJudged(string name, bool valid) => (Names.Label1035(name) is null).ShouldBe(valid);

    [Theory]
    [InlineData("http", true)]
    [InlineData("http-2", true)]
    [InlineData("80", false)]
    [InlineData("a--b", false)]
    [InlineData("-a", false)]
    [InlineData("abcdefghijklmnop", false)]
    public void PortName_Given_IsJudged(string name, bool valid) => (Names.Port(name) is null).ShouldBe(valid);

    [Theory]
    [InlineData("app", true)]
    [InlineData("app.kubernetes.io/name", true)]
    [InlineData("App_1.x", true)]
    [InlineData("/name", false)]
    [InlineData("a/b/c", false)]
    [InlineData("-app", false)]
    [InlineData("App.io/x", false)]
    public void LabelKey_Given_IsJudged(string key, bool valid) => (Labels.KeyError(key) is null).ShouldBe(valid);

    [Fact]
    public void Lengths_BeyondTheLimits_AreRefused()
    {
        Names.Label(new string('a', 63)).ShouldBeNull();
        Names.Label(new string('a', 64)).ShouldNotBeNull();
        Names.Subdomain(new string('a', 254)).ShouldNotBeNull();
        Labels.ValueError(new string('a', 64)).ShouldNotBeNull();
        Labels.ValueError("").ShouldBeNull();
    }
}
