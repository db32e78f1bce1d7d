using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace WasmLab.Tests.EmbeddedAspire;

/// <summary>A resource that does what a test says.</summary>
internal sealed class TestResource(string name) : Resource(name), IResourceWithWaitSupport, IResourceWithEndpoints;

internal sealed class TestChildResource(string name, IResource parent) : Resource(name), IResourceWithWaitSupport, IResourceWithParent<IResource>
{
    public IResource Parent => parent;
}

/// <summary>Applications for tests: no dashboard, no console, no files.</summary>
internal static class TestApplication
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public static IDistributedApplicationBuilder CreateBuilder(params string[] args)
    {
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions
        {
            Args = args,
            DisableDashboard = true,
            ProjectDirectory = AppContext.BaseDirectory,
        });
        builder.Services.AddLogging(l => l.ClearProviders());
        return builder;
    }

    public static IResourceBuilder<TestResource> AddTest(this IDistributedApplicationBuilder builder, string name) => builder.AddResource(new TestResource(name));

    /// <summary>The resource waits for what it waits for and then runs.</summary>
    public static IResourceBuilder<T> Runs<T>(this IResourceBuilder<T> builder)
        where T : IResource
        => builder.OnInitializeResource(async (resource, @event, cancellationToken) =>
        {
            try
            {
                await @event.Eventing.PublishAsync(new BeforeResourceStartedEvent(resource, @event.Services), cancellationToken);
                await @event.Notifications.PublishUpdateAsync(resource, s => s with { State = KnownResourceStates.Running });
            }
            catch (DistributedApplicationException)
            {
                await @event.Notifications.PublishUpdateAsync(resource, s => s with { State = KnownResourceStates.FailedToStart });
            }
        });

    public static IResourceBuilder<T> WithCheck<T>(this IResourceBuilder<T> builder, string key, Func<HealthStatus> status)
        where T : IResource
    {
        builder.ApplicationBuilder.Services.AddHealthChecks().AddCheck(key, () => new HealthCheckResult(status(), "said so"));
        return builder.WithHealthCheck(key);
    }

    public static Task PublishAsync(this DistributedApplication application, IResource resource, string state, int? exitCode = null)
        => application.ResourceNotifications.PublishUpdateAsync(resource, s => s with { State = state, ExitCode = exitCode });

    public static async Task<CustomResourceSnapshot> WaitAsync(this DistributedApplication application, IResource resource, Func<CustomResourceSnapshot, bool> wanted)
    {
        try
        {
            var found = await application.ResourceNotifications.WaitForResourceAsync(resource.Name, e => wanted(e.Snapshot), TestContext.Current.CancellationToken).WaitAsync(Deadline);
            return found.Snapshot;
        }
        catch (TimeoutException)
        {
            application.ResourceNotifications.TryGetCurrentState(resource.Name, out var last);
            throw new TimeoutException($"'{resource.Name}' did not get there; it is {last?.Snapshot.State?.Text}, {last?.Snapshot.HealthStatus}. Its log:\n{await application.LogAsync(resource)}");
        }
    }

    public static Task<CustomResourceSnapshot> WaitAsync(this DistributedApplication application, IResource resource, string state)
        => application.WaitAsync(resource, s => s.State?.Text == state);

    public static async Task<string> LogAsync(this DistributedApplication application, IResource resource)
    {
        var lines = await application.Services.GetRequiredService<ResourceLoggerService>().GetAllAsync(resource).ToListAsync();
        return string.Join('\n', lines.SelectMany(l => l).Select(l => l.Content));
    }

    public static string? StateOf(this DistributedApplication application, IResource resource)
        => application.ResourceNotifications.TryGetCurrentState(resource.Name, out var found) ? found.Snapshot.State?.Text : null;
}
