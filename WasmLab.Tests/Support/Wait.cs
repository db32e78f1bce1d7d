using System.Diagnostics;

namespace WasmLab.Tests.Support;

/// <summary>Waits for something to come true, with a deadline.</summary>
internal static class Wait
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <summary>Gives the first value that is accepted; the failure says what the last one was.</summary>
    public static async Task<T> ForAsync<T>(string what, Func<Task<T>> read, Func<T, bool> accept, Func<T, string>? show = null)
    {
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            var value = await read();
            if (accept(value))
            {
                return value;
            }

            if (Stopwatch.GetElapsedTime(start) > Deadline)
            {
                throw new TimeoutException($"Not within {Deadline.TotalSeconds} s: {what}. Last seen: {(show is null ? value?.ToString() : show(value))}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Returns when a condition holds.</summary>
    public static Task UntilAsync(string what, Func<bool> condition) => UntilAsync(what, () => Task.FromResult(condition()));

    /// <inheritdoc cref="UntilAsync(string, Func{bool})"/>
    public static Task UntilAsync(string what, Func<Task<bool>> condition) => ForAsync(what, condition, holds => holds);
}
