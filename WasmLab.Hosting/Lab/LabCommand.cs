using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace WasmLab.Hosting.Lab;

/// <summary>Runs what a command of the dashboard does, with a span, and turns its failure into the command's result.</summary>
internal static class LabCommand
{
    public static async Task<ExecuteCommandResult> RunAsync(IResource resource, ExecuteCommandContext context, Func<LabStep, Task> work)
    {
        var services = context.Services;
        var logger = services.GetRequiredService<ResourceLoggerService>().GetLogger(resource);
        using var activity = services.GetRequiredService<BringUpTrace>().StartStep(resource.Name);
        try
        {
            await work(new LabStep(resource, services, logger, services.GetRequiredService<ResourceNotificationService>())).ConfigureAwait(false);
            return CommandResults.Success();
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            logger.LogError("{Reason}", exception.Message);
            activity?.AddException(exception);
            return CommandResults.Failure(exception.Message);
        }
    }
}
