using System.Collections.Concurrent;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Lifecycle;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedAspire;

[Trait(Category.Name, Category.Unit)]
public sealed class LifecycleTests
{
    private readonly IDistributedApplicationBuilder _builder = TestApplication.CreateBuilder();
    private readonly ConcurrentQueue<string> _log = [];

    [Fact]
    public async Task StartAsync_Application_PublishesItsEventsInOrder()
    {
        _builder.Services.AddSingleton(_log);
        _builder.Services.AddEventingSubscriber<LoggingSubscriber>();
        _builder.Services.AddHostedService<LoggingHostedService>();
        var created = new TaskCompletionSource();
        _builder.OnBeforeStart((_, _) => Log("before start"));
        _builder.Eventing.Subscribe<AfterResourcesCreatedEvent>((_, _) =>
        {
            _log.Enqueue("after resources created");
            created.SetResult();
            return Task.CompletedTask;
        });
        var initialized = new TaskCompletionSource();
        _builder.AddTest("a").OnInitializeResource((_, _, _) =>
        {
            initialized.SetResult();
            return Task.CompletedTask;
        });
        await using var application = _builder.Build();

        await application.StartAsync();
        await initialized.Task.WaitAsync(TestApplication.Deadline);
        await created.Task.WaitAsync(TestApplication.Deadline);

        _log.Take(2).ShouldBe(["subscriber", "before start"]);
        _log.ShouldContain("hosted service");
        _log.ShouldContain("after resources created");
    }

    [Fact]
    public async Task StartAsync_Executable_GoesThroughItsEventsInOrder()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The test runs sh.");
        var ready = new TaskCompletionSource();
        var executable = _builder.AddExecutable("web", "sh", ".", "-c", "read _").WithHttpEndpoint(env: "PORT")
            .OnInitializeResource((_, _, _) => Log("initialize"))
            .OnResourceEndpointsAllocated((r, _, _) => Log($"endpoints {r.GetEndpoint("http").IsAllocated}"))
            .OnBeforeResourceStarted((_, _, _) => Log("before started"))
            .OnResourceReady((_, _, _) =>
            {
                _log.Enqueue("ready");
                ready.SetResult();
                return Task.CompletedTask;
            })
            .Resource;
        await using var application = _builder.Build();
        var states = FollowStates(application, executable);

        await application.StartAsync();
        await ready.Task.WaitAsync(TestApplication.Deadline);

        _log.Where(l => l != "initialize").ShouldBe(["endpoints True", "before started", "ready"]);
        await application.WaitAsync(executable, KnownResourceStates.Running);
        await application.StopAsync();
        application.StateOf(executable).ShouldBe("Exited");
        states.Distinct().Take(2).ShouldBe(["Starting", "Running"]);
    }

    [Fact]
    public async Task StartAsync_ParametersAmongResources_HaveTheirSnapshotsFirst()
    {
        _builder.AddTest("a");
        var parameter = _builder.AddParameter("p", "value").Resource;
        await using var application = _builder.Build();
        var first = new TaskCompletionSource<string>();
        _ = WatchAsync();
        async Task WatchAsync()
        {
            await foreach (var e in application.ResourceNotifications.WatchAsync())
            {
                first.TrySetResult(e.Resource.Name);
            }
        }

        await application.StartAsync();

        (await first.Task.WaitAsync(TestApplication.Deadline)).ShouldBe("p");
        (await application.WaitAsync(parameter, KnownResourceStates.Running)).Properties.ShouldContain(p => p.Name == "Value" && Equals(p.Value, "value") && !p.IsSensitive);
    }

    [Fact]
    public async Task StartAsync_ParameterWithoutValue_IsValueMissingAndNamesItsKey()
    {
        var parameter = _builder.AddParameter("token", secret: true).Resource;
        await using var application = _builder.Build();

        await application.StartAsync();

        await application.WaitAsync(parameter, KnownResourceStates.ValueMissing);
        (await application.LogAsync(parameter)).ShouldContain("Parameters:token");
    }

    [Fact]
    public async Task StartAsync_ParameterInTheConfiguration_WinsOverItsDefault()
    {
        _builder.Configuration["Parameters:token"] = "given";
        var parameter = _builder.AddParameter("token", "default", secret: true).Resource;
        await using var application = _builder.Build();

        await application.StartAsync();

        (await application.WaitAsync(parameter, KnownResourceStates.Running)).Properties.ShouldContain(p => p.Name == "Value" && Equals(p.Value, "given") && p.IsSensitive);
    }

    [Fact]
    public async Task InitializeResource_HandlerThrows_IsToldInTheLogOfTheResource()
    {
        var resource = _builder.AddTest("a").OnInitializeResource((_, _, _) => throw new InvalidOperationException("broken on purpose")).Resource;
        await using var application = _builder.Build();
        await application.StartAsync();

        await foreach (var lines in application.Services.GetRequiredService<ResourceLoggerService>().WatchAsync(resource).WithCancellation(TestContext.Current.CancellationToken))
        {
            if (lines.Any(l => l.IsErrorMessage && l.Content.Contains("broken on purpose", StringComparison.Ordinal)))
            {
                return;
            }
        }
    }

    [Fact]
    public async Task InitializeResource_ApplicationStops_ItsTokenIsCancelled()
    {
        var cancelled = new TaskCompletionSource();
        var begun = new TaskCompletionSource();
        _builder.AddTest("a").OnInitializeResource((_, _, cancellationToken) =>
        {
            cancellationToken.Register(cancelled.SetResult);
            begun.SetResult();
            return cancelled.Task;
        });
        await using var application = _builder.Build();
        await application.StartAsync();
        await begun.Task.WaitAsync(TestApplication.Deadline);

        await application.StopAsync();

        await cancelled.Task.WaitAsync(TestApplication.Deadline);
    }

    [Fact]
    public async Task ResourceStopped_RunningResourceExits_IsPublishedOnceEachTime()
    {
        var stops = new ConcurrentQueue<string?>();
        var resource = _builder.AddTest("a").OnResourceStopped((_, e, _) =>
        {
            stops.Enqueue(e.ResourceEvent.Snapshot.State?.Text);
            return Task.CompletedTask;
        }).Resource;
        await using var application = _builder.Build();
        await application.StartAsync();

        await application.PublishAsync(resource, KnownResourceStates.Running);
        await application.PublishAsync(resource, KnownResourceStates.Exited);
        await application.PublishAsync(resource, KnownResourceStates.Exited, exitCode: 1);
        await application.PublishAsync(resource, KnownResourceStates.Running);
        await application.PublishAsync(resource, KnownResourceStates.Finished);
        await Until(() => stops.Count == 2);

        stops.ShouldBe(["Exited", "Finished"], ignoreOrder: true);
    }

    [Fact]
    public async Task ConnectionString_OfAnEndpoint_IsThereWhenTheEndpointIs()
    {
        var owner = _builder.AddTest("db").WithEndpoint(scheme: "tcp");
        var connection = _builder.AddConnectionString("store", ReferenceExpression.Create($"Host={owner.GetEndpoint("tcp").Property(EndpointProperty.Host)};Port={owner.GetEndpoint("tcp").Property(EndpointProperty.Port)}"));
        await using var application = _builder.Build();
        await application.StartAsync();

        var endpoint = owner.Resource.GetEndpoint("tcp").EndpointAnnotation;
        endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, "localhost", 5432);

        var snapshot = await application.WaitAsync(connection.Resource, KnownResourceStates.Running);
        snapshot.Properties.ShouldContain(p => p.Name == CustomResourceKnownProperties.ConnectionString && Equals(p.Value, "Host=localhost;Port=5432") && p.IsSensitive);
        snapshot.Relationships.ShouldContain(new RelationshipSnapshot("db", "Reference"));
    }

    [Fact]
    public async Task Urls_OfTheModel_AreActiveWhileTheResourceRuns()
    {
        var resource = _builder.AddTest("a")
            .WithUrl("https://example.org/docs", "Docs")
            .WithHttpEndpoint()
            .WithUrlForEndpoint("http", u => u.Url = "/get")
            .Resource;
        await using var application = _builder.Build();
        await application.StartAsync();
        var endpoint = resource.GetEndpoint("http").EndpointAnnotation;
        endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, "localhost", 8080);
        await application.Services.GetRequiredService<IDistributedApplicationEventing>().PublishAsync(new ResourceEndpointsAllocatedEvent(resource, application.Services));

        var before = await application.WaitAsync(resource, s => s.Urls.Length == 2);
        await application.PublishAsync(resource, KnownResourceStates.Running);
        var after = await application.WaitAsync(resource, s => s.Urls.All(u => !u.IsInactive));

        before.Urls.ShouldAllBe(u => u.IsInactive);
        after.Urls.Select(u => (u.Name, u.Url, u.DisplayProperties.DisplayName)).ShouldBe([("http", "http://localhost:8080/get", ""), (null, "https://example.org/docs", "Docs")]);
    }

    private Task Log(string line)
    {
        _log.Enqueue(line);
        return Task.CompletedTask;
    }

    private static ConcurrentQueue<string> FollowStates(DistributedApplication application, IResource resource)
    {
        var states = new ConcurrentQueue<string>();
        _ = WatchAsync();
        return states;

        // The watch begins before this returns.
        async Task WatchAsync()
        {
            await foreach (var e in application.ResourceNotifications.WatchAsync())
            {
                if (ReferenceEquals(e.Resource, resource) && e.Snapshot.State is { } state)
                {
                    states.Enqueue(state.Text);
                }
            }
        }
    }

    private static async Task Until(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(TestApplication.Deadline);
        while (!condition())
        {
            await Task.Delay(10, deadline.Token);
        }
    }

    private sealed class LoggingSubscriber(ConcurrentQueue<string> log) : IDistributedApplicationEventingSubscriber
    {
        public Task SubscribeAsync(IDistributedApplicationEventing eventing, DistributedApplicationExecutionContext executionContext, CancellationToken cancellationToken)
        {
            log.Enqueue("subscriber");
            return Task.CompletedTask;
        }
    }

    private sealed class LoggingHostedService(ConcurrentQueue<string> log) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            log.Enqueue("hosted service");
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
