using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard.Client;
using Aspire.Hosting.Otlp.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Dashboard.Frontend;

/// <summary>What the script shows after a command: a toast, and a dialog when there is a value.</summary>
internal sealed record CommandAnswer(bool Success, string Title, string? Message, string? Value);

/// <summary>Carries out what the user asks for. The script gets JSON; a browser without one is sent back to its page.</summary>
internal sealed class CommandEndpoint(IDashboardClient client, ILogger<CommandEndpoint> logger)
{
    public async Task ExecuteAsync(HttpContext http, IFormCollection form)
    {
        var resource = client.Resources.FirstOrDefault(candidate => candidate.Id == form["resource"]);
        var command = resource?.Commands.FirstOrDefault(candidate => candidate.Name == form["command"]);
        if (resource is null || command is null)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            await AnswerAsync(http, new CommandAnswer(false, "Command not found", "The resource or its command is gone.", null)).ConfigureAwait(false);
            return;
        }

        var title = $"{command.DisplayName} {resource.Name}";
        try
        {
            // A command goes on when the browser leaves: half a restart helps nobody.
            var result = await client.ExecuteCommandAsync(resource.Id, command.Name, CancellationToken.None).ConfigureAwait(false);
            await AnswerAsync(http, ToAnswer(title, result)).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            logger.LogError(exception, "The command {Command} of resource {Resource} failed.", command.Name, resource.Name);
            await AnswerAsync(http, new CommandAnswer(false, $"{title} failed", exception.Message, null)).ConfigureAwait(false);
        }
    }

    public async Task ClearTelemetryAsync(HttpContext http, IFormCollection form)
    {
        if (Enum.TryParse<Signals>(form["signals"], ignoreCase: true, out var signals))
        {
            client.Telemetry.Clear(signals);
        }

        await AnswerAsync(http, new CommandAnswer(true, $"Removed {form["signals"]}", null, null)).ConfigureAwait(false);
    }

    private static CommandAnswer ToAnswer(string title, ExecuteCommandResult result) => result switch
    {
        { Canceled: true } => new CommandAnswer(false, $"{title} was cancelled", result.Message, null),
        { Success: true } => new CommandAnswer(true, $"{title} succeeded", result.Message, result.Data?.Value),
        _ => new CommandAnswer(false, $"{title} failed", result.Message, result.Data?.Value),
    };

    public static async Task AnswerAsync(HttpContext http, CommandAnswer answer)
    {
        if (http.Request.Headers.Accept.ToString().Contains("application/json", StringComparison.Ordinal))
        {
            await http.Response.WriteAsJsonAsync(answer, http.RequestAborted).ConfigureAwait(false);
            return;
        }

        http.Response.Redirect("/");
    }
}
