using System.Threading.Channels;
using Aspire.Hosting.Dashboard.Client;
using Aspire.Hosting.Otlp.Storage;
using Microsoft.AspNetCore.Http;

namespace Aspire.Hosting.Dashboard.Frontend;

/// <summary>
/// Tells an open page, over server-sent events, which topics have changed. The page then asks for itself again:
/// the events carry no data, so that a slow browser misses nothing and there is one way only to render a page.
/// </summary>
internal static class ChangeStream
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    public static async Task ServeAsync(HttpContext http, IDashboardClient client)
    {
        // One pending event of each topic is enough.
        var topics = Channel.CreateUnbounded<string>();
        var pending = new HashSet<string>();
        client.ResourcesChanged += OnResources;
        client.Telemetry.Changed += OnTelemetry;
        try
        {
            await ServerSentEvents.StartAsync(http).ConfigureAwait(false);
            await foreach (var topic in ServerSentEvents.WithHeartbeat(http, topics.Reader, Heartbeat).ConfigureAwait(false))
            {
                lock (pending)
                {
                    pending.Remove(topic);
                }

                await ServerSentEvents.SendAsync(http, "change", topic).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The browser has gone.
        }
        finally
        {
            client.ResourcesChanged -= OnResources;
            client.Telemetry.Changed -= OnTelemetry;
        }

        void OnResources() => Post("resources");

        void OnTelemetry(Signals signals)
        {
            foreach (var (signal, topic) in new[] { (Signals.Logs, "logs"), (Signals.Traces, "traces"), (Signals.Metrics, "metrics") })
            {
                if (signals.HasFlag(signal))
                {
                    Post(topic);
                }
            }
        }

        void Post(string topic)
        {
            lock (pending)
            {
                if (pending.Add(topic))
                {
                    topics.Writer.TryWrite(topic);
                }
            }
        }
    }
}
