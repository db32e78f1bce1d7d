using System.Threading.Channels;
using Microsoft.AspNetCore.Http;

namespace Aspire.Hosting.Dashboard.Frontend;

/// <summary>The wire format of <c>text/event-stream</c>.</summary>
internal static class ServerSentEvents
{
    public static async Task StartAsync(HttpContext http)
    {
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-store";
        await http.Response.WriteAsync("retry: 1000\n\n", http.RequestAborted).ConfigureAwait(false);
        await http.Response.Body.FlushAsync(http.RequestAborted).ConfigureAwait(false);
    }

    public static async Task SendAsync(HttpContext http, string name, string data)
    {
        var lines = string.Join('\n', data.ReplaceLineEndings("\n").Split('\n').Select(line => $"data: {line}"));
        await http.Response.WriteAsync($"event: {name}\n{lines}\n\n", http.RequestAborted).ConfigureAwait(false);
        await http.Response.Body.FlushAsync(http.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Passes items on; while there are none it sends comments, so that a connection that is gone is noticed.</summary>
    public static async IAsyncEnumerable<T> WithHeartbeat<T>(HttpContext http, ChannelReader<T> items, TimeSpan interval)
    {
        using var timer = new PeriodicTimer(interval);
        var available = items.WaitToReadAsync(http.RequestAborted).AsTask();
        var tick = timer.WaitForNextTickAsync(http.RequestAborted).AsTask();
        while (true)
        {
            if (await Task.WhenAny(available, tick).ConfigureAwait(false) == tick)
            {
                await tick.ConfigureAwait(false);
                await http.Response.WriteAsync(": still here\n\n", http.RequestAborted).ConfigureAwait(false);
                await http.Response.Body.FlushAsync(http.RequestAborted).ConfigureAwait(false);
                tick = timer.WaitForNextTickAsync(http.RequestAborted).AsTask();
                continue;
            }

            if (!await available.ConfigureAwait(false))
            {
                yield break;
            }

            while (items.TryRead(out var item))
            {
                yield return item;
            }

            available = items.WaitToReadAsync(http.RequestAborted).AsTask();
        }
    }
}
