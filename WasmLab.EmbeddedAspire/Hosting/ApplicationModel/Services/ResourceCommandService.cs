using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Executes the commands of resources.</summary>
public class ResourceCommandService
{
    private readonly ResourceNotificationService _notifications;
    private readonly ResourceLoggerService _loggers;
    private readonly IServiceProvider _services;

    internal ResourceCommandService(ResourceNotificationService notifications, ResourceLoggerService loggers, IServiceProvider services)
    {
        _notifications = notifications;
        _loggers = loggers;
        _services = services;
    }

    /// <summary>Executes a command of the resource with this identity.</summary>
    public Task<ExecuteCommandResult> ExecuteCommandAsync(string resourceId, string commandName, CancellationToken cancellationToken = default)
        => ExecuteCommandAsync(resourceId, commandName, new InteractionInputCollection([]), cancellationToken);

    /// <summary>Executes a command of the resource with this identity.</summary>
    public Task<ExecuteCommandResult> ExecuteCommandAsync(string resourceId, string commandName, InteractionInputCollection arguments, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(resourceId);
        return _notifications.TryGetCurrentState(resourceId, out var found)
            ? ExecuteAsync(found.ResourceId, found.Resource, commandName, arguments, cancellationToken)
            : Task.FromResult(CommandResults.Failure($"Resource '{resourceId}' not found."));
    }

    /// <summary>Executes a command of a resource.</summary>
    public Task<ExecuteCommandResult> ExecuteCommandAsync(IResource resource, string commandName, CancellationToken cancellationToken = default)
        => ExecuteCommandAsync(resource, commandName, new InteractionInputCollection([]), cancellationToken);

    /// <summary>Executes a command of a resource.</summary>
    public Task<ExecuteCommandResult> ExecuteCommandAsync(IResource resource, string commandName, InteractionInputCollection arguments, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return ExecuteAsync(resource.Name, resource, commandName, arguments, cancellationToken);
    }

    private async Task<ExecuteCommandResult> ExecuteAsync(string resourceId, IResource resource, string commandName, InteractionInputCollection arguments, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(commandName);
        ArgumentNullException.ThrowIfNull(arguments);
        var logger = _loggers.GetLogger(resource);
        var command = resource.Annotations.Snapshot().OfType<ResourceCommandAnnotation>().LastOrDefault(c => string.Equals(c.Name, commandName, StringComparison.Ordinal));
        if (command is null)
        {
            logger.LogInformation("Command '{CommandName}' not available.", commandName);
            return CommandResults.Failure($"Command '{commandName}' not available for resource '{resourceId}'.");
        }

        logger.LogInformation("Executing command '{CommandName}'.", commandName);
        var result = await ValidateAndExecuteAsync(resourceId, command, Arguments(command, arguments), logger, cancellationToken).ConfigureAwait(false);
        if (result.Success)
        {
            logger.LogInformation("Successfully executed command '{CommandName}'.", commandName);
        }
        else if (result.Canceled)
        {
            logger.LogInformation("Command '{CommandName}' was canceled.", commandName);
        }
        else
        {
            logger.LogInformation("Failure executing command '{CommandName}'. Error message: {ErrorMessage}", commandName, result.Message);
        }

        return result;
    }

    private async Task<ExecuteCommandResult> ValidateAndExecuteAsync(string resourceId, ResourceCommandAnnotation command, InteractionInputCollection arguments, ILogger logger, CancellationToken cancellationToken)
    {
        try
        {
            if (await ArgumentErrorsAsync(command, arguments, cancellationToken).ConfigureAwait(false) is { Length: > 0 } errors)
            {
                return CommandResults.Failure(errors);
            }

            return await command.ExecuteCommand(new ExecuteCommandContext
            {
                ResourceName = resourceId,
                Services = _services,
                Arguments = arguments,
                Logger = logger,
                CancellationToken = cancellationToken,
            }).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return CommandResults.Canceled();
        }
        catch (Exception exception)
        {
            logger.LogError(exception, "Error executing command '{CommandName}'.", command.Name);
            return CommandResults.Failure(exception);
        }
    }

    /// <summary>The command's inputs, with the given values.</summary>
    private static InteractionInputCollection Arguments(ResourceCommandAnnotation command, InteractionInputCollection given)
        => new([.. command.Arguments.Select(declared => given.TryGetByName(declared.Name, out var value) ? value : declared), .. given.Where(g => !command.Arguments.Any(d => string.Equals(d.Name, g.Name, StringComparison.OrdinalIgnoreCase)))]);

    private async Task<string> ArgumentErrorsAsync(ResourceCommandAnnotation command, InteractionInputCollection arguments, CancellationToken cancellationToken)
    {
        var context = new InputsDialogValidationContext { Inputs = arguments, Services = _services, CancellationToken = cancellationToken };
        foreach (var declared in command.Arguments.Where(d => d.Required && string.IsNullOrEmpty(arguments[d.Name].Value)))
        {
            context.AddValidationError(declared, $"'{declared.Label ?? declared.Name}' needs a value.");
        }

        if (context.Errors.Count == 0 && command.ValidateArguments is { } validate)
        {
            await validate(context).ConfigureAwait(false);
        }

        return string.Join(" ", context.Errors.Select(e => e.Error));
    }
}
