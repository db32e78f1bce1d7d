using WasmLab.EmbeddedCluster.Ingresses.Routing;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Ingresses;

[Trait(Category.Name, Category.Unit)]
public sealed class RequestPathTests
{
    [Theory]
    [InlineData("/", "/", "")]
    [InlineData("/a/b?c=d", "/a/b", "?c=d")]
    [InlineData("/a?", "/a", "?")]
    [InlineData("/a%20b", "/a b", "")]
    [InlineData("/a%2Fb", "/a/b", "")]
    [InlineData("/%61%62", "/ab", "")]
    [InlineData("/a%2520b", "/a%20b", "")]
    [InlineData("/a//b///c", "/a/b/c", "")]
    [InlineData("/a/./b/", "/a/b/", "")]
    [InlineData("/a/.", "/a/", "")]
    [InlineData("/a/../b", "/b", "")]
    [InlineData("/a/b/..", "/a/", "")]
    [InlineData("/a/%2e%2e/b", "/b", "")]
    [InlineData("/a%2f..%2fb", "/b", "")]
    [InlineData("/a/..", "/", "")]
    [InlineData("/a//../b", "/b", "")]
    [InlineData("/.hidden", "/.hidden", "")]
    [InlineData("/a..b", "/a..b", "")]
    [InlineData("/a#b?c", "/a", "?c")]
    [InlineData("/%C3%A9", "/\u00c3\u00a9", "")]
    [InlineData("/a?b=/../%zz", "/a", "?b=/../%zz")]
    public void TryNormalize_PathThatNginxAccepts_GivesItsForm(string target, string expected, string expectedQuery)
    {
        RequestPath.TryNormalize(target, out var path, out var query).ShouldBeTrue();

        path.ShouldBe(expected);
        query.ToString().ShouldBe(expectedQuery);
    }

    [Theory]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("a/b")]
    [InlineData("/..")]
    [InlineData("/../a")]
    [InlineData("/a/../../b")]
    [InlineData("/%2e%2e/a")]
    [InlineData("/a%00b")]
    [InlineData("/a%")]
    [InlineData("/a%2")]
    [InlineData("/a%zz")]
    [InlineData("/a%u0041")]
    public void TryNormalize_PathThatNginxRefuses_IsFalse(string target) =>
        RequestPath.TryNormalize(target, out _, out _).ShouldBeFalse();

    [Theory]
    [InlineData("/a/b", "/a/b")]
    [InlineData("/a b", "/a%20b")]
    [InlineData("/100%", "/100%25")]
    [InlineData("/a?b#c", "/a%3Fb%23c")]
    [InlineData("/\u00c3\u00a9", "/%C3%A9")]
    [InlineData("/a\"<>\\^`{|}", "/a%22%3C%3E%5C%5E%60%7B%7C%7D")]
    [InlineData("/a:b@c!$&'()*+,;=-._~", "/a:b@c!$&'()*+,;=-._~")]
    public void Escape_DecodedPath_EscapesWhatNginxEscapes(string path, string expected) =>
        RequestPath.Escape(path).ShouldBe(expected);
}
