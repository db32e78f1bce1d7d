using System.Globalization;
using System.Text;
using Aspire.Hosting.Dashboard.Client;
using Aspire.Hosting.Dashboard.Model;
using Microsoft.AspNetCore.Http;

namespace Aspire.Hosting.Dashboard.Frontend;

/// <summary>The console of one resource, besides its page: the live lines, the file, and clearing.</summary>
internal static class ConsoleEndpoints
{
    /// <summary>Sends the lines after <c>?after=</c> (or after the last one that a reconnecting browser has) as HTML, in batches.</summary>
    public static async Task StreamAsync(HttpContext http, IDashboardClient client, string name)
    {
        if (Find(http, client, name) is not { } resource)
        {
            return;
        }

        _ = int.TryParse(http.Request.Query["after"], CultureInfo.InvariantCulture, out var after);
        await ServerSentEvents.StartAsync(http).ConfigureAwait(false);
        await foreach (var batch in client.WatchConsoleAsync(resource.Id, http.RequestAborted).ConfigureAwait(false))
        {
            // A cleared log counts from one again.
            if (batch[^1].LineNumber < after)
            {
                after = 0;
            }

            var html = new StringBuilder();
            foreach (var line in batch.Where(line => line.LineNumber > after))
            {
                html.Append(ConsoleLine.From(line).ToHtml());
            }

            after = batch[^1].LineNumber;
            if (html.Length > 0)
            {
                await ServerSentEvents.SendAsync(http, "lines", html.ToString()).ConfigureAwait(false);
            }
        }
    }

    public static async Task DownloadAsync(HttpContext http, IDashboardClient client, string name)
    {
        if (Find(http, client, name) is not { } resource)
        {
            return;
        }

        http.Response.ContentType = "text/plain; charset=utf-8";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{resource.Id}.log\"";
        foreach (var line in await client.ReadConsoleAsync(resource.Id, http.RequestAborted).ConfigureAwait(false))
        {
            await http.Response.WriteAsync(Ansi.Strip(line.Content) + "\n", http.RequestAborted).ConfigureAwait(false);
        }
    }

    public static async Task ClearAsync(HttpContext http, IDashboardClient client, string name)
    {
        if (Find(http, client, name) is { } resource)
        {
            client.ClearConsole(resource.Id);
            await CommandEndpoint.AnswerAsync(http, new CommandAnswer(true, $"Cleared the console of {resource.Name}", null, null)).ConfigureAwait(false);
        }
    }

    private static ResourceView? Find(HttpContext http, IDashboardClient client, string name)
    {
        var resource = client.Resources.FirstOrDefault(resource => resource.Is(name));
        http.Response.StatusCode = resource is null ? StatusCodes.Status404NotFound : StatusCodes.Status200OK;
        return resource;
    }
}
