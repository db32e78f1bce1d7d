using System.Text;
using System.Text.RegularExpressions;
using WasmLab.Shim.Serving;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Shim;

[Trait(Category.Name, Category.Unit)]
public sealed partial class CriLogTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly string _file;

    public CriLogTests() => _file = _directory["pods/0.log"];

    [Fact]
    public void Write_LinesOfBothStreams_AreTaggedInOneFile()
    {
        using (var log = new CriLog(TimeProvider.System))
        {
            var output = log.Open(_file, "stdout");
            var error = log.Open(_file, "stderr");
            Write(output, "one\ntwo\n");
            Write(error, "wrong\n");
            Write(output, "\n");
        }

        Lines().ShouldBe(["stdout F one", "stdout F two", "stderr F wrong", "stdout F "]);
        File.ReadLines(_file).ShouldAllBe(line => TimeFormat().IsMatch(line));
    }

    [Fact]
    public void Write_LineInPieces_IsOneLine()
    {
        using var log = new CriLog(TimeProvider.System);
        var output = log.Open(_file, "stdout");

        Write(output, "a");
        Write(output, "b");
        File.ReadAllText(_file).ShouldBeEmpty();
        Write(output, "c\nd");

        Lines().ShouldBe(["stdout F abc"]);
    }

    [Fact]
    public void Dispose_TextWithoutLineEnd_IsWritten()
    {
        using (var log = new CriLog(TimeProvider.System))
        {
            Write(log.Open(_file, "stderr"), "last words");
        }

        Lines().ShouldBe(["stderr F last words"]);
    }

    [Fact]
    public void Write_VeryLongLine_IsInPartsThatMakeItUp()
    {
        var text = new string('x', 40_000);
        using (var log = new CriLog(TimeProvider.System))
        {
            Write(log.Open(_file, "stdout"), text + "\n");
        }

        var lines = Lines();
        lines.Select(line => line[..9]).ShouldBe(["stdout P ", "stdout P ", "stdout F "]);
        string.Concat(lines.Select(line => line[9..])).ShouldBe(text);
    }

    [Fact]
    public void Open_FileThatExists_IsAppendedTo()
    {
        foreach (var text in new[] { "first\n", "second\n" })
        {
            using var log = new CriLog(TimeProvider.System);
            Write(log.Open(_file, "stdout"), text);
        }

        Lines().ShouldBe(["stdout F first", "stdout F second"]);
    }

    [Fact]
    public void Open_NoFile_ThrowsTheTextAway()
    {
        using var log = new CriLog(TimeProvider.System);

        Write(log.Open(null, "stdout"), "x\n");

        Directory.GetFileSystemEntries(_directory.Path).ShouldBeEmpty();
    }

    public void Dispose() => _directory.Dispose();

    private static void Write(Stream stream, string text) => stream.Write(Encoding.UTF8.GetBytes(text));

    private List<string> Lines() => [.. File.ReadLines(_file).Select(line => line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..])];

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z std(out|err) [FP] ")]
    private static partial Regex TimeFormat();
}
