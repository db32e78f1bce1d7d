using System.Diagnostics;

namespace WasmLab.Tests.EmbeddedCluster.Ingresses.Support;

internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public static async Task BecomesTrueAsync(Func<bool> condition, string what)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(started) > Deadline)
            {
                throw new TimeoutException($"not within {Deadline}: {what}");
            }

            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
