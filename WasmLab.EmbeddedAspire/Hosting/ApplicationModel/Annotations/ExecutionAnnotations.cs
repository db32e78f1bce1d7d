using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>What an executable runs.</summary>
public sealed class ExecutableAnnotation : IResourceAnnotation
{
    /// <summary>The program: a path, or a name that is looked up in PATH.</summary>
    public required string Command { get; set; }

    /// <summary>The folder that it runs in.</summary>
    public required string WorkingDirectory { get; set; }
}

/// <summary>Gives command-line arguments when the resource starts.</summary>
public class CommandLineArgsCallbackAnnotation : IResourceAnnotation, ICallbackResourceAnnotation<CommandLineArgsCallbackContext, IList<object>>
{
    /// <summary>Creates the annotation.</summary>
    public CommandLineArgsCallbackAnnotation(Func<CommandLineArgsCallbackContext, Task> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Callback = callback;
    }

    /// <summary>Creates the annotation.</summary>
    public CommandLineArgsCallbackAnnotation(Action<IList<object>> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Callback = context =>
        {
            callback(context.Args);
            return Task.CompletedTask;
        };
    }

    /// <summary>What adds the arguments.</summary>
    public Func<CommandLineArgsCallbackContext, Task> Callback { get; }

    async Task<IList<object>> ICallbackResourceAnnotation<CommandLineArgsCallbackContext, IList<object>>.EvaluateAsync(CommandLineArgsCallbackContext context)
    {
        await Callback(context).ConfigureAwait(false);
        return context.Args;
    }
}

/// <summary>Gives environment variables when the resource starts.</summary>
public class EnvironmentCallbackAnnotation : IResourceAnnotation, ICallbackResourceAnnotation<EnvironmentCallbackContext, Dictionary<string, object>>
{
    /// <summary>Creates the annotation for one variable.</summary>
    public EnvironmentCallbackAnnotation(string name, Func<string> callback)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(callback);
        Callback = context =>
        {
            context.EnvironmentVariables[name] = callback();
            return Task.CompletedTask;
        };
    }

    /// <summary>Creates the annotation.</summary>
    public EnvironmentCallbackAnnotation(Action<Dictionary<string, object>> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Callback = context =>
        {
            callback(context.EnvironmentVariables);
            return Task.CompletedTask;
        };
    }

    /// <summary>Creates the annotation.</summary>
    public EnvironmentCallbackAnnotation(Action<EnvironmentCallbackContext> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Callback = context =>
        {
            callback(context);
            return Task.CompletedTask;
        };
    }

    /// <summary>Creates the annotation.</summary>
    public EnvironmentCallbackAnnotation(Func<EnvironmentCallbackContext, Task> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Callback = callback;
    }

    /// <summary>What sets the variables.</summary>
    public Func<EnvironmentCallbackContext, Task> Callback { get; }

    async Task<Dictionary<string, object>> ICallbackResourceAnnotation<EnvironmentCallbackContext, Dictionary<string, object>>.EvaluateAsync(EnvironmentCallbackContext context)
    {
        await Callback(context).ConfigureAwait(false);
        return context.EnvironmentVariables;
    }
}

/// <summary>An annotation that is evaluated when the resource starts.</summary>
internal interface ICallbackResourceAnnotation<in TContext, TResult>
{
    Task<TResult> EvaluateAsync(TContext context);
}

/// <summary>What a callback that gives arguments is given.</summary>
public sealed class CommandLineArgsCallbackContext
{
    private readonly IResource? _resource;

    /// <summary>Creates the context.</summary>
    public CommandLineArgsCallbackContext(IList<object> args, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(args);
        Args = args;
        CancellationToken = cancellationToken;
    }

    /// <summary>Creates the context for a resource.</summary>
    public CommandLineArgsCallbackContext(IList<object> args, IResource resource, CancellationToken cancellationToken = default)
        : this(args, cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(resource);
        _resource = resource;
    }

    /// <summary>The arguments: text, or values that give text.</summary>
    public IList<object> Args { get; }

    /// <summary>Cancelled when the answer is no longer wanted.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>Whether the application is run or published.</summary>
    public DistributedApplicationExecutionContext ExecutionContext { get; init; } = new(DistributedApplicationOperation.Run);

    /// <summary>The log of the resource.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>The resource.</summary>
    public IResource Resource => _resource ?? throw new InvalidOperationException("This context was created without a resource.");
}

/// <summary>What a callback that gives environment variables is given.</summary>
public class EnvironmentCallbackContext
{
    private readonly IResource? _resource;

    /// <summary>Creates the context.</summary>
    public EnvironmentCallbackContext(DistributedApplicationExecutionContext executionContext, Dictionary<string, object>? environmentVariables = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(executionContext);
        ExecutionContext = executionContext;
        EnvironmentVariables = environmentVariables ?? [];
        CancellationToken = cancellationToken;
    }

    /// <summary>Creates the context for a resource.</summary>
    public EnvironmentCallbackContext(DistributedApplicationExecutionContext executionContext, IResource resource, Dictionary<string, object>? environmentVariables = null, CancellationToken cancellationToken = default)
        : this(executionContext, environmentVariables, cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(resource);
        _resource = resource;
    }

    /// <summary>The variables: text, or values that give text.</summary>
    public Dictionary<string, object> EnvironmentVariables { get; }

    /// <summary>Cancelled when the answer is no longer wanted.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>Whether the application is run or published.</summary>
    public DistributedApplicationExecutionContext ExecutionContext { get; }

    /// <summary>The log of the resource.</summary>
    public ILogger Logger { get; set; } = NullLogger.Instance;

    /// <summary>The resource.</summary>
    public IResource Resource => _resource ?? throw new InvalidOperationException("This context was created without a resource.");
}

/// <summary>The resource sends telemetry to the dashboard.</summary>
public class OtlpExporterAnnotation : IResourceAnnotation
{
    /// <summary>The only protocol that it speaks; null is any.</summary>
    public OtlpProtocol? RequiredProtocol { get; init; }
}

/// <summary>Which variables a reference to another resource sets.</summary>
public sealed class ReferenceEnvironmentInjectionAnnotation : IResourceAnnotation
{
    /// <summary>Creates the annotation.</summary>
    public ReferenceEnvironmentInjectionAnnotation(ReferenceEnvironmentInjectionFlags flags)
    {
        Flags = flags;
    }

    /// <summary>The kinds of variables.</summary>
    public ReferenceEnvironmentInjectionFlags Flags { get; }
}

/// <summary>The kinds of variables that a reference sets.</summary>
[Flags]
public enum ReferenceEnvironmentInjectionFlags
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary><c>ConnectionStrings__NAME</c>.</summary>
    ConnectionString = 1,

    /// <summary>The parts of a connection string.</summary>
    ConnectionProperties = 2,

    /// <summary><c>services__NAME__ENDPOINT__0</c>.</summary>
    ServiceDiscovery = 4,

    /// <summary><c>NAME_ENDPOINT</c>.</summary>
    Endpoints = 8,

    /// <summary>All of them.</summary>
    All = ConnectionString | ConnectionProperties | ServiceDiscovery | Endpoints,
}
