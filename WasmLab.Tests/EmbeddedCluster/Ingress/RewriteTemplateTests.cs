using System.Text.RegularExpressions;
using WasmLab.EmbeddedCluster.Ingresses.Routing;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Ingresses;

[Trait(Category.Name, Category.Unit)]
public sealed class RewriteTemplateTests
{
    [Theory]
    [InlineData("/$2", "/a/get", "/a(/|$)(.*)", "/get")]
    [InlineData("/$2", "/a", "/a(/|$)(.*)", "/")]
    [InlineData("/$1/x/$2", "/a/b", "/(a)/(b)", "/a/x/b")]
    [InlineData("$1", "/a/b", "(/a)/b", "/a")]
    [InlineData("/fixed", "/a/b", "/a", "/fixed")]
    [InlineData("/$9", "/a", "/a", "/")]
    [InlineData("/$10", "/a", "/(a)", "/a0")]
    public void Expand_Captures_ReplacesThem(string template, string path, string pattern, string expected) =>
        RewriteTemplate.Parse(template).Expand(Regex.Match(path, pattern)).ShouldBe(expected);

    [Theory]
    [InlineData("/$")]
    [InlineData("/$0")]
    [InlineData("/$host")]
    [InlineData("/a b")]
    [InlineData("/a;return 200")]
    [InlineData("/a?b=c")]
    [InlineData("/a\n")]
    public void Parse_WhatIngressNginxRefuses_Throws(string template) =>
        Should.Throw<FormatException>(() => RewriteTemplate.Parse(template)).Message.ShouldContain(template);

    [Theory]
    [InlineData("https://example.com/$1", true)]
    [InlineData("http://example.com", true)]
    [InlineData("/http://x", false)]
    public void IsRedirect_AbsoluteUrl_IsTrue(string template, bool expected) =>
        RewriteTemplate.Parse(template).IsRedirect.ShouldBe(expected);
}
