using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Logging;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedAspire;

[Trait(Category.Name, Category.Unit)]
public sealed class ResourceLoggerTests : IDisposable
{
    private readonly ResourceLoggerService _loggers = new();

    public void Dispose() => _loggers.Dispose();

    [Fact]
    public async Task GetAllAsync_MoreThanItKeeps_HasTheLastTenThousand()
    {
        var logger = _loggers.GetLogger("a");
        for (var i = 1; i <= 10_003; i++)
        {
            logger.LogInformation("line {Number}", i);
        }

        var lines = await AllAsync("a");

        lines.Count.ShouldBe(10_000);
        lines[0].LineNumber.ShouldBe(4);
        lines[0].Content.ShouldEndWith(" line 4");
        lines[^1].Content.ShouldEndWith(" line 10003");
    }

    [Fact]
    public async Task GetLogger_LevelsAndException_ContentBeginsWithItsTimeAndErrorsAreMarked()
    {
        var logger = _loggers.GetLogger("a");
        logger.LogInformation("fine");
        logger.LogError(new InvalidOperationException("why"), "failed");

        var lines = await AllAsync("A");

        DateTimeOffset.TryParse(lines[0].Content.Split(' ')[0], out _).ShouldBeTrue();
        lines.Select(l => l.IsErrorMessage).ShouldBe([false, true]);
        lines[1].Content.ShouldContain("failed");
        lines[1].Content.ShouldContain("InvalidOperationException: why");
    }

    [Fact]
    public async Task WatchAsync_LinesBeforeAndAfter_GivesAllOnceAndEndsWithTheLog()
    {
        var resource = new TestResource("a");
        var logger = _loggers.GetLogger(resource);
        logger.LogInformation("before");
        var seen = new List<string>();
        var first = new TaskCompletionSource();
        var watching = Task.Run(async () =>
        {
            await foreach (var lines in _loggers.WatchAsync(resource))
            {
                seen.AddRange(lines.Select(l => l.Content.Split(' ')[^1]));
                first.TrySetResult();
            }
        });
        await first.Task.WaitAsync(TestApplication.Deadline);

        logger.LogInformation("after");
        _loggers.Complete(resource);

        await watching.WaitAsync(TestApplication.Deadline);
        seen.ShouldBe(["before", "after"]);
    }

    [Fact]
    public async Task WatchAsync_WritersAndWatchersAtOnce_EveryWatcherSeesEveryLineInOrder()
    {
        const int Lines = 2_000;
        var watchers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var next = 1;
            await foreach (var lines in _loggers.WatchAsync("a"))
            {
                foreach (var line in lines)
                {
                    line.LineNumber.ShouldBe(next++);
                }
            }

            next.ShouldBe(Lines + 1);
        })).ToArray();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < Lines / 4; i++)
            {
                _loggers.GetLogger("a").LogInformation("x");
            }
        })));
        _loggers.Complete("a");

        await Task.WhenAll(watchers).WaitAsync(TestApplication.Deadline);
    }

    [Fact]
    public async Task ClearBacklog_Lines_AreForgotten()
    {
        _loggers.GetLogger("a").LogInformation("old");

        _loggers.ClearBacklog("a");
        _loggers.GetLogger("a").LogInformation("new");

        (await AllAsync("a")).ShouldHaveSingleItem().Content.ShouldEndWith(" new");
    }

    [Fact]
    public async Task WatchAnySubscribersAsync_WatcherComesAndGoes_TellsBoth()
    {
        await using var subscribers = _loggers.WatchAnySubscribersAsync().GetAsyncEnumerator();
        var next = subscribers.MoveNextAsync();
        using var stop = new CancellationTokenSource();
        _loggers.GetLogger("a").LogInformation("x");

        var watch = _loggers.WatchAsync("a").GetAsyncEnumerator(stop.Token);
        await watch.MoveNextAsync();
        (await next.AsTask().WaitAsync(TestApplication.Deadline)).ShouldBeTrue();
        subscribers.Current.ShouldBe(new LogSubscriber("a", true));
        await watch.DisposeAsync();

        (await subscribers.MoveNextAsync().AsTask().WaitAsync(TestApplication.Deadline)).ShouldBeTrue();
        subscribers.Current.ShouldBe(new LogSubscriber("a", false));
    }

    private async Task<List<LogLine>> AllAsync(string name) => [.. (await _loggers.GetAllAsync(name).ToListAsync()).SelectMany(l => l)];
}
