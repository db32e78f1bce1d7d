using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Orchestration;

/// <summary>What an executable is started with.</summary>
internal sealed record ExecutableConfiguration(IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>Evaluates the callbacks of the model; waits for values that are not known yet.</summary>
    public static async Task<ExecutableConfiguration> EvaluateAsync(ExecutableResource resource, DistributedApplicationExecutionContext executionContext, ILogger logger, CancellationToken cancellationToken)
    {
        var annotations = resource.Annotations.Snapshot();
        var environmentContext = new EnvironmentCallbackContext(executionContext, resource, cancellationToken: cancellationToken) { Logger = logger };
        foreach (var callback in annotations.OfType<EnvironmentCallbackAnnotation>())
        {
            await callback.Callback(environmentContext).ConfigureAwait(false);
        }

        var argsContext = new CommandLineArgsCallbackContext([], resource, cancellationToken) { ExecutionContext = executionContext, Logger = logger };
        foreach (var callback in annotations.OfType<CommandLineArgsCallbackAnnotation>())
        {
            await callback.Callback(argsContext).ConfigureAwait(false);
        }

        var valueContext = new ValueProviderContext { ExecutionContext = executionContext, Caller = resource };
        var environment = new Dictionary<string, string>();
        foreach (var (name, value) in environmentContext.EnvironmentVariables)
        {
            if (await TextAsync(value, valueContext, cancellationToken).ConfigureAwait(false) is { } text)
            {
                environment[name] = text;
            }
        }

        var arguments = new List<string>();
        foreach (var value in argsContext.Args)
        {
            if (await TextAsync(value, valueContext, cancellationToken).ConfigureAwait(false) is { } text)
            {
                arguments.Add(text);
            }
        }

        return new ExecutableConfiguration(arguments, environment);
    }

    private static async ValueTask<string?> TextAsync(object? value, ValueProviderContext context, CancellationToken cancellationToken) => value switch
    {
        null => null,
        string text => text,
        IValueProvider provider => await provider.GetValueAsync(context, cancellationToken).ConfigureAwait(false),
        IResourceBuilder<IResource> { Resource: IValueProvider provider } => await provider.GetValueAsync(context, cancellationToken).ConfigureAwait(false),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };
}
