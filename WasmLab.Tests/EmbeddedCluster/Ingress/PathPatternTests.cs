using System.Diagnostics;
using System.Text.RegularExpressions;
using WasmLab.EmbeddedCluster.Ingresses.Routing;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Ingresses;

[Trait(Category.Name, Category.Unit)]
public sealed class PathPatternTests
{
    [Theory]
    [InlineData("/a", "/a/b", true)]
    [InlineData("/a", "/AB", true)]
    [InlineData("/a", "/b/a", false)]
    [InlineData("/a$", "/a/b", false)]
    [InlineData("/a(/|$)(.*)", "/ab", false)]
    [InlineData("/a|/b", "/a", true)]
    [InlineData("/a|/b", "/x/b", true)]
    [InlineData("/(?=a)a", "/abc", true)]
    [InlineData("/[a|b]x", "/bx", true)]
    public void IsMatch_Path_IsAnchoredAtTheStartAndIgnoresCase(string pattern, string path, bool expected)
    {
        new PathPattern(pattern).IsMatch(path).ShouldBe(expected);
        (new PathPattern(pattern).Match(path) is not null).ShouldBe(expected);
    }

    [Fact]
    public void Match_AlternativesAtTheTop_RewritesTheFirstMatchAnywhere()
    {
        // The location takes the path through its unanchored second alternative; the rewrite finds what it finds first.
        var match = new PathPattern("/a/(.*)|/b/(.*)").Match("/x/b/c");

        match.ShouldNotBeNull();
        match.Groups[2].Value.ShouldBe("c");
    }

    [Theory]
    [InlineData("/(a+)+$")]
    [InlineData("/(a|a)*$")]
    [InlineData("/(.*)(.*)(.*)(.*)(.*)x$")]
    [InlineData("/a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?aaaaaaaaaaaaaaaaaaaab")]
    public void IsMatch_PatternThatBacktracksWithoutEnd_EndsQuickly(string pattern)
    {
        var path = "/" + new string('a', 4000) + "!";
        var compiled = new PathPattern(pattern);
        compiled.IsMatch("/warm");
        var started = Stopwatch.GetTimestamp();

        compiled.IsMatch(path).ShouldBeFalse();

        Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void IsMatch_LookAroundThatBacktracksWithoutEnd_TimesOut()
    {
        var pattern = new PathPattern("/(?!x)(a+)+$");

        Should.Throw<RegexMatchTimeoutException>(() => pattern.IsMatch("/" + new string('a', 4000) + "!"));
    }

    [Theory]
    [InlineData("/(")]
    [InlineData("/[a")]
    [InlineData("/*?*")]
    public void Constructor_NoRegularExpression_Throws(string pattern) =>
        Should.Throw<RegexParseException>(() => new PathPattern(pattern));
}
