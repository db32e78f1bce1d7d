using System.Text;
using WasmLab.EmbeddedCluster.Nodes.Logs;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Nodes;

[Trait(Category.Name, Category.Unit)]
public sealed class CriLogTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ManualTimeProvider _time = new();

    private string Log => _directory["pod/web/0.log"];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Writer_Lines_AreWrittenInCriFormat()
    {
        await WriteAsync("one\ntwo", CriLogStream.Stderr);

        (await File.ReadAllLinesAsync(Log)).ShouldBe(
        [
            "2026-11-22T09:00:00.000000000Z stderr F one",
            "2026-11-22T09:00:00.000000000Z stderr F two",
        ]);
    }

    [Fact]
    public async Task Writer_LongLine_IsSplitAndReadAsOne()
    {
        var line = new string('x', CriLogWriter.MaxLineLength + 10);

        await WriteAsync(line + "\nend\n");

        (await File.ReadAllLinesAsync(Log)).Select(entry => entry.Split(' ')[2]).ShouldBe(["P", "F", "F"]);
        (await ReadAsync(new CriLogQuery())).ShouldBe(line + "\nend\n");
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(2, "three\nfour\n")]
    [InlineData(9, "one\ntwo\nthree\nfour\n")]
    public async Task Reader_Tail_GivesLastLines(int lines, string expected)
    {
        await WriteAsync("one\ntwo\nthree\nfour\n");

        (await ReadAsync(new CriLogQuery { TailLines = lines })).ShouldBe(expected);
    }

    [Fact]
    public async Task Reader_TimestampsAndSince_AreHonoured()
    {
        await WriteAsync("early\n");
        _time.Advance(TimeSpan.FromSeconds(10));
        await WriteAsync("late\n");

        var text = await ReadAsync(new CriLogQuery { Timestamps = true, Since = _time.GetUtcNow() });

        text.ShouldBe("2026-11-22T09:00:10.000000000Z late\n");
    }

    [Fact]
    public async Task Reader_Limit_EndsAfterThatManyBytes()
    {
        await WriteAsync("one\ntwo\nthree\n");

        (await ReadAsync(new CriLogQuery { LimitBytes = 6 })).ShouldBe("one\ntw");
    }

    [Fact]
    public async Task Reader_BytesThatAreNoText_ComeBackUnchanged()
    {
        byte[] bytes = [0xFF, 0x00, 0xC3, (byte)'\n'];
        await using (var writer = new CriLogWriter(Log, _time))
        {
            await writer.CopyAsync(new MemoryStream(bytes), CriLogStream.Stdout);
        }

        (await ReadBytesAsync(new CriLogQuery())).ShouldBe(bytes);
    }

    [Fact]
    public async Task Reader_MissingFile_IsEmpty()
    {
        (await ReadAsync(new CriLogQuery())).ShouldBe("");
    }

    [Fact]
    public async Task Reader_Following_GivesWhatIsWrittenUntilTheEnd()
    {
        await WriteAsync("one\ntwo\n");
        var isRunning = true;
        var query = new CriLogQuery { TailLines = 1, MayGrow = () => isRunning };
        var pieces = new List<string>();

        await foreach (var piece in CriLogReader.ReadAsync(Log, query, TimeProvider.System, TestContext.Current.CancellationToken))
        {
            pieces.Add(Encoding.UTF8.GetString(piece.Span));
            if (pieces.Count == 1)
            {
                await WriteAsync("three\n");
            }
            else if (pieces.Count == 2)
            {
                await WriteAsync("last\n");
                isRunning = false;
            }
        }

        string.Concat(pieces).ShouldBe("two\nthree\nlast\n");
    }

    private async Task WriteAsync(string text, string stream = CriLogStream.Stdout)
    {
        await using var writer = new CriLogWriter(Log, _time);
        await writer.CopyAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), stream);
    }

    private async Task<string> ReadAsync(CriLogQuery query) => Encoding.UTF8.GetString(await ReadBytesAsync(query));

    private async Task<byte[]> ReadBytesAsync(CriLogQuery query)
    {
        using var all = new MemoryStream();
        await foreach (var piece in CriLogReader.ReadAsync(Log, query, _time, TestContext.Current.CancellationToken))
        {
            await all.WriteAsync(piece);
        }

        return all.ToArray();
    }
}
