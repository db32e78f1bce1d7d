using WasmLab.Hosting.Lab;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Hosting;

[Trait(Category.Name, Category.Unit)]
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("plain-word_1.2/x:y=z", "plain-word_1.2/x:y=z")]
    [InlineData("two words", "'two words'")]
    [InlineData("it's", @"'it'\''s'")]
    [InlineData("$HOME;rm", "'$HOME;rm'")]
    [InlineData("", "''")]
    public void Quote_AnyWord_ReadsTheSameInAShell(string word, string quoted) => CommandLine.Quote(word).ShouldBe(quoted);
}
