using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using WasmLab.Kubernetes;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Kubernetes;

[Trait(Category.Name, Category.Unit)]
public sealed class WorkQueueTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Add_KeyThatWaits_IsWorkedOnOnce()
    {
        var worked = new ConcurrentQueue<string>();
        var done = new TaskCompletionSource();
        await using var queue = new WorkQueue<string>(
            (key, _) =>
            {
                worked.Enqueue(key);
                if (key == "last")
                {
                    done.SetResult();
                }

                return Task.CompletedTask;
            },
            NullLogger.Instance);

        queue.Add("a");
        queue.Add("a");
        queue.Add("last");
        queue.Start();
        await done.Task.WaitAsync(Token);

        worked.ShouldBe(["a", "last"]);
    }

    [Fact]
    public async Task Add_KeyThatIsWorkedOn_IsWorkedOnAgain()
    {
        var calls = 0;
        var entered = new TaskCompletionSource();
        var leave = new TaskCompletionSource();
        var again = new TaskCompletionSource();
        await using var queue = new WorkQueue<string>(
            async (_, _) =>
            {
                if (Interlocked.Increment(ref calls) == 2)
                {
                    again.SetResult();
                    return;
                }

                entered.SetResult();
                await leave.Task;
            },
            NullLogger.Instance);

        queue.Start();
        queue.Add("a");
        await entered.Task.WaitAsync(Token);
        queue.Add("a");
        leave.SetResult();

        await again.Task.WaitAsync(Token);
    }

    [Fact]
    public async Task Reconcile_Fails_IsTriedAgainAndOthersGoOn()
    {
        var calls = new ConcurrentDictionary<string, int>();
        var healed = new TaskCompletionSource();
        await using var queue = new WorkQueue<string>(
            (key, _) =>
            {
                var call = calls.AddOrUpdate(key, 1, (_, count) => count + 1);
                if (key == "bad" && call < 3)
                {
                    throw new InvalidOperationException("not yet");
                }

                if (key == "bad")
                {
                    healed.SetResult();
                }

                return Task.CompletedTask;
            },
            NullLogger.Instance);

        queue.Start();
        queue.Add("bad");
        queue.Add("good");

        await healed.Task.WaitAsync(Token);
        calls["good"].ShouldBe(1);
    }
}
