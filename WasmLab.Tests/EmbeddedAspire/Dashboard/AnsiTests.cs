using Aspire.Hosting.Dashboard.Model;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedAspire.Dashboard;

[Trait(Category.Name, Category.Unit)]
public sealed class AnsiTests
{
    [Theory]
    [InlineData("plain & <b>", "plain &amp; &lt;b&gt;")]
    [InlineData("\u001b[31mred\u001b[0m not", "<span class=\"fg1\">red</span> not")]
    [InlineData("\u001b[1;92;41mx", "<span class=\"fg10 bg1 bold\">x</span>")]
    [InlineData("\u001b[38;5;196mx\u001b[39my", "<span class=\"fg9\">x</span>y")]
    [InlineData("\u001b[38;2;10;120;20mx", "<span class=\"fg2\">x</span>")]
    [InlineData("\u001b[2J\u001b]0;title\u0007text\u001b[K", "text")]
    [InlineData("\u001b[m\u001b[999mx", "x")]
    [InlineData("see https://a.example/?x=1&y=2.", "see <a target=\"_blank\" rel=\"noopener noreferrer\" href=\"https://a.example/?x=1&amp;y=2\">https://a.example/?x=1&amp;y=2</a>.")]
    [InlineData("https://a.example/\"onmouseover=\"x", "<a target=\"_blank\" rel=\"noopener noreferrer\" href=\"https://a.example/\">https://a.example/</a>&quot;onmouseover=&quot;x")]
    public void ToHtml_TerminalText_IsEscapedAndStyled(string text, string expected) => Ansi.ToHtml(text).ShouldBe(expected);

    [Fact]
    public void Strip_Sequences_LeavesText() => Ansi.Strip("\u001b[32minfo\u001b[0m: \u001b]8;;x\u001b\\link").ShouldBe("info: link");
}
