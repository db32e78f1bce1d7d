using System.Diagnostics;

namespace WasmLab.Tests.Wasi;

/// <summary>Waits for what another thread or process will do soon.</summary>
internal static class Until
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public static async Task True(Func<bool> condition, string? what = null)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            if (watch.Elapsed > Deadline)
            {
                throw new TimeoutException($"not within {Deadline.TotalSeconds} s: {what ?? "the condition"}");
            }

            await Task.Delay(2, TestContext.Current.CancellationToken);
        }
    }

    public static async Task<T> NotNull<T>(Func<Task<T?>> find, string what)
        where T : class
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            if (await find() is { } found)
            {
                return found;
            }

            if (watch.Elapsed > Deadline)
            {
                throw new TimeoutException($"not within {Deadline.TotalSeconds} s: {what}");
            }

            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }
}
