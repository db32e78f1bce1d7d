using System.Reflection;
using System.Security.Cryptography;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting;

/// <summary>Builds a distributed application.</summary>
public class DistributedApplicationBuilder : IDistributedApplicationBuilder
{
    private static readonly TimeSpan s_shutdownTimeout = TimeSpan.FromSeconds(20);

    private readonly HostApplicationBuilder _host;
    private readonly DistributedApplicationOptions _options;
    private readonly DistributedApplicationExecutionContextOptions _executionContextOptions = new(DistributedApplicationOperation.Run);
    private readonly AppHostLocation _location;
    private readonly ResourceCollection _resources = [];
    private readonly DistributedApplicationEventing _eventing = new();

    /// <summary>Creates a builder with the command line of the AppHost.</summary>
    public DistributedApplicationBuilder(string[] args)
        : this(new DistributedApplicationOptions { Args = args })
    {
        ArgumentNullException.ThrowIfNull(args);
    }

    /// <summary>Creates a builder with options.</summary>
    /// <exception cref="DistributedApplicationException">The command line asks for something else than to run.</exception>
    public DistributedApplicationBuilder(DistributedApplicationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _location = AppHostLocation.Find(options);
        _host = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings
        {
            Configuration = WithoutReload(),
            Args = options.Args,
            ContentRootPath = _location.Directory,
            ApplicationName = _location.Assembly?.GetName().Name,
        });
        ThrowUnlessRun(_host.Configuration);
        ExecutionContext = new DistributedApplicationExecutionContext(_executionContextOptions);
        AddConfiguration();
        AddLogging();
        AddServices();
    }

    /// <inheritdoc/>
    public ConfigurationManager Configuration => _host.Configuration;

    /// <inheritdoc/>
    public Assembly? AppHostAssembly => _location.Assembly;

    /// <inheritdoc/>
    public string AppHostDirectory => _location.Directory;

    /// <summary>The folder of the AppHost and its name.</summary>
    public string AppHostPath => _location.Path;

    /// <inheritdoc/>
    public IHostEnvironment Environment => _host.Environment;

    /// <inheritdoc/>
    public IServiceCollection Services => _host.Services;

    /// <inheritdoc/>
    public IDistributedApplicationEventing Eventing => _eventing;

    /// <inheritdoc/>
    public DistributedApplicationExecutionContext ExecutionContext { get; }

    /// <inheritdoc/>
    public IResourceCollection Resources => _resources;

    /// <inheritdoc/>
    public IResourceBuilder<T> AddResource<T>(T resource)
        where T : IResource
    {
        ArgumentNullException.ThrowIfNull(resource);
        ModelValidation.ThrowIfCannotBeAdded(resource, _resources);
        _resources.Add(resource);
        return CreateResourceBuilder(resource);
    }

    /// <inheritdoc/>
    public IResourceBuilder<T> CreateResourceBuilder<T>(T resource)
        where T : IResource
    {
        ArgumentNullException.ThrowIfNull(resource);
        return new ResourceBuilder<T>(this, resource);
    }

    /// <inheritdoc/>
    public DistributedApplication Build()
    {
        ModelValidation.ThrowIfBroken(_resources);
        var application = new DistributedApplication(_host.Build());
        _executionContextOptions.Services = application.Services;
        var logger = application.Services.GetRequiredService<ILogger<DistributedApplicationEventing>>();
        var resourceLoggers = application.Services.GetRequiredService<ResourceLoggerService>();
        _eventing.UnobservedFailure = (@event, exception) =>
        {
            var resource = (@event as IDistributedApplicationResourceEvent)?.Resource;
            logger.LogError(exception, "A handler of {Event} failed{Resource}.", @event.GetType().Name, resource is null ? "" : $" for resource '{resource.Name}'");
            if (resource is not null)
            {
                resourceLoggers.GetLogger(resource).LogError(exception, "A handler of {Event} failed.", @event.GetType().Name);
            }
        };
        return application;
    }

    private static void ThrowUnlessRun(ConfigurationManager configuration)
    {
        var asked = configuration["operation"] ?? configuration["AppHost:Operation"] ?? (configuration["publisher"] is null ? null : "publish");
        if (asked is not null && !string.Equals(asked, "run", StringComparison.OrdinalIgnoreCase))
        {
            throw new DistributedApplicationException($"The operation '{asked}' is not supported by the embedded Aspire host, which only runs applications. Build the AppHost on the Aspire packages for it (AspireHost=packages).");
        }
    }

    private void AddConfiguration()
    {
        var settings = new Dictionary<string, string?>
        {
            ["AppHost:Directory"] = AppHostDirectory,
            ["AppHost:Path"] = AppHostPath,
            ["AppHost:DashboardApplicationName"] = _options.DashboardApplicationName ?? Environment.ApplicationName,
            ["AppHost:BrowserToken"] = Configuration["AppHost:BrowserToken"] ?? Configuration["ASPIRE_DASHBOARD_FRONTEND_BROWSERTOKEN"] ?? NewSecret(),
            ["AppHost:OtlpApiKey"] = Configuration["AppHost:OtlpApiKey"] ?? NewSecret(),
            ["AppHost:ResourceService:AuthMode"] = "ApiKey",
            ["AppHost:ResourceService:ApiKey"] = Configuration["AppHost:ResourceService:ApiKey"] ?? NewSecret(),
        };
        Configuration.AddInMemoryCollection(settings);
    }

    private void AddLogging()
    {
        _host.Logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning);
        _host.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        _host.Logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Error);
        // The results are shown with the resource.
        _host.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks.DefaultHealthCheckService", LogLevel.None);
    }

    private void AddServices()
    {
        Services.TryAddSingleton(TimeProvider.System);
        Services.AddSingleton(_options);
        Services.AddSingleton(ExecutionContext);
        Services.AddSingleton<IDistributedApplicationEventing>(_eventing);
        Services.AddSingleton(new DistributedApplicationModel(_resources));
        Services.AddSingleton<ResourceLoggerService>();
        Services.AddSingleton<ResourceNotificationService>(s => new ResourceNotificationService(
            s.GetRequiredService<ILogger<ResourceNotificationService>>(),
            s.GetRequiredService<IHostApplicationLifetime>(),
            s,
            s.GetRequiredService<ResourceLoggerService>()));
        Services.AddSingleton(s => new ResourceCommandService(
            s.GetRequiredService<ResourceNotificationService>(),
            s.GetRequiredService<ResourceLoggerService>(),
            s));
        Services.Configure<ResourceNotificationServiceOptions>(o => o.DefaultWaitBehavior = _options.DisableDashboard
            ? WaitBehavior.StopOnResourceUnavailable
            : WaitBehavior.WaitOnResourceUnavailable);
        Services.Configure<HostOptions>(o => o.ShutdownTimeout = s_shutdownTimeout);
        Services.AddHealthChecks();
        Services.AddSingleton<DashboardLink>();

        // Stopped in the reverse order: resources first, then what watches them.
        if (!_options.DisableDashboard)
        {
            DashboardRegistration.AddDashboard(Services);
        }

        if (_options.EnableResourceLogging)
        {
            Services.AddHostedService<ResourceLogForwarder>();
        }

        Services.AddHostedService<StartAnnouncement>();
        Services.AddHostedService<HealthMonitor>();
        Services.AddSingleton<ResourceUrls>();
        Services.AddSingleton<ExecutableLifecycle>();
        Services.AddHostedService<Orchestrator>();
    }

    // Watching for changes would follow every file under the AppHost's folder, where the state of resources lies too.
    private static ConfigurationManager WithoutReload()
    {
        var configuration = new ConfigurationManager();
        configuration.AddInMemoryCollection([new("hostBuilder:reloadConfigOnChange", "false")]);
        return configuration;
    }

    private static string NewSecret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
}
