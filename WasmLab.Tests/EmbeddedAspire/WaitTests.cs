using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedAspire;

[Trait(Category.Name, Category.Unit)]
public sealed class WaitTests
{
    private readonly IDistributedApplicationBuilder _builder = TestApplication.CreateBuilder();

    [Fact]
    public async Task WaitFor_DependencyWithoutChecks_StartsWhenItRuns()
    {
        var dependency = _builder.AddTest("dependency");
        var resource = _builder.AddTest("a").WaitFor(dependency).Runs().Resource;
        await using var application = _builder.Build();
        await application.StartAsync();

        await application.WaitAsync(resource, KnownResourceStates.Waiting);
        await application.PublishAsync(dependency.Resource, KnownResourceStates.Running);

        await application.WaitAsync(resource, KnownResourceStates.Running);
        (await application.LogAsync(resource)).ShouldContain("Waiting for resource 'dependency' to enter the 'Running' state.");
    }

    [Fact]
    public async Task WaitFor_UnhealthyDependency_WaitsUntilItIsHealthy()
    {
        var health = HealthStatus.Unhealthy;
        var dependency = _builder.AddTest("dependency").WithCheck("dependency_check", () => health);
        var resource = _builder.AddTest("a").WaitFor(dependency).Runs().Resource;
        await using var application = _builder.Build();
        await application.StartAsync();

        await application.PublishAsync(dependency.Resource, KnownResourceStates.Running);
        await application.WaitAsync(dependency.Resource, s => s.HealthReports is [{ Status: HealthStatus.Unhealthy }]);
        await application.WaitAsync(resource, KnownResourceStates.Waiting);
        health = HealthStatus.Healthy;

        await application.WaitAsync(resource, KnownResourceStates.Running);
    }

    [Fact]
    public async Task WaitFor_DependencyWithReadyHandler_WaitsUntilTheHandlerIsDone()
    {
        var handler = new TaskCompletionSource();
        var begun = new TaskCompletionSource();
        var dependency = _builder.AddTest("dependency").OnResourceReady((_, _, _) =>
        {
            begun.SetResult();
            return handler.Task;
        }).Runs();
        var resource = _builder.AddTest("a").WaitFor(dependency).Runs().Resource;
        await using var application = _builder.Build();
        await application.StartAsync();

        await begun.Task.WaitAsync(TestApplication.Deadline);
        await application.WaitAsync(resource, KnownResourceStates.Waiting);
        handler.SetResult();

        await application.WaitAsync(resource, KnownResourceStates.Running);
    }

    [Fact]
    public async Task WaitForStart_UnhealthyDependency_StartsWhenItRuns()
    {
        var dependency = _builder.AddTest("dependency").WithCheck("dependency_check", () => HealthStatus.Unhealthy).Runs();
        var resource = _builder.AddTest("a").WaitForStart(dependency).Runs().Resource;
        await using var application = _builder.Build();

        await application.StartAsync();

        await application.WaitAsync(resource, KnownResourceStates.Running);
    }

    [Theory]
    [InlineData("Finished")]
    [InlineData("Exited")]
    public async Task WaitForCompletion_ExpectedExitCode_Starts(string state)
    {
        var dependency = _builder.AddTest("dependency");
        var resource = _builder.AddTest("a").WaitForCompletion(dependency, exitCode: 2).Runs().Resource;
        await using var application = _builder.Build();
        await application.StartAsync();

        await application.PublishAsync(dependency.Resource, state, exitCode: 2);

        await application.WaitAsync(resource, KnownResourceStates.Running);
    }

    [Fact]
    public async Task WaitForCompletion_OtherExitCode_FailsAndSaysSo()
    {
        var dependency = _builder.AddTest("dependency");
        var resource = _builder.AddTest("a").WaitForCompletion(dependency).Runs().Resource;
        await using var application = _builder.Build();
        await application.StartAsync();

        await application.PublishAsync(dependency.Resource, KnownResourceStates.Finished, exitCode: 7);

        await application.WaitAsync(resource, KnownResourceStates.FailedToStart);
        (await application.LogAsync(resource)).ShouldContain("exit code '7', expected '0'");
    }

    [Theory]
    [InlineData("FailedToStart", "Dependency resource 'dependency' failed to start.")]
    [InlineData("Exited", "Resource 'dependency' has entered the 'Exited' state prematurely.")]
    public async Task WaitFor_DependencyIsGoneWithoutADashboard_FailsAndSaysSo(string state, string said)
    {
        var dependency = _builder.AddTest("dependency");
        var resource = _builder.AddTest("a").WaitFor(dependency).Runs().Resource;
        await using var application = _builder.Build();
        await application.StartAsync();

        await application.PublishAsync(dependency.Resource, state);

        await application.WaitAsync(resource, KnownResourceStates.FailedToStart);
        (await application.LogAsync(resource)).ShouldContain(said);
    }

    [Fact]
    public async Task WaitFor_ToldToWaitOn_WaitsUntilTheDependencyIsBack()
    {
        var dependency = _builder.AddTest("dependency");
        var resource = _builder.AddTest("a").WaitFor(dependency, WaitBehavior.WaitOnResourceUnavailable).Runs().Resource;
        await using var application = _builder.Build();
        await application.StartAsync();

        await application.PublishAsync(dependency.Resource, KnownResourceStates.FailedToStart);
        await application.WaitAsync(resource, KnownResourceStates.Waiting);
        await application.PublishAsync(dependency.Resource, KnownResourceStates.Running);

        await application.WaitAsync(resource, KnownResourceStates.Running);
    }

    [Fact]
    public async Task WaitFor_ChildOfAResource_WaitsForTheParentToo()
    {
        var parent = _builder.AddTest("parent");
        var child = _builder.AddResource(new TestChildResource("child", parent.Resource));
        var resource = _builder.AddTest("a").WaitFor(child).Runs().Resource;
        await using var application = _builder.Build();
        await application.StartAsync();

        await application.PublishAsync(child.Resource, KnownResourceStates.Running);
        await application.WaitAsync(child.Resource, s => s.HealthStatus == HealthStatus.Healthy);
        await application.WaitAsync(resource, KnownResourceStates.Waiting);
        await application.PublishAsync(parent.Resource, KnownResourceStates.Running);

        await application.WaitAsync(resource, KnownResourceStates.Running);
    }

    [Fact]
    public async Task WaitFor_StartedRegardless_DoesNotWaitAnyLonger()
    {
        var dependency = _builder.AddTest("dependency");
        var resource = _builder.AddTest("a").WaitFor(dependency).Runs().Resource;
        await using var application = _builder.Build();
        await application.StartAsync();

        await application.WaitAsync(resource, KnownResourceStates.Waiting);
        await application.PublishAsync(resource, KnownResourceStates.Starting);

        await application.WaitAsync(resource, KnownResourceStates.Running);
    }

    [Fact]
    public async Task WaitForResourceHealthyAsync_ResourceFails_ThrowsNamingItsState()
    {
        var resource = _builder.AddTest("a").Resource;
        await using var application = _builder.Build();
        await application.StartAsync();
        var waiting = application.ResourceNotifications.WaitForResourceHealthyAsync("a", WaitBehavior.StopOnResourceUnavailable);

        await application.PublishAsync(resource, KnownResourceStates.FailedToStart);

        (await Should.ThrowAsync<DistributedApplicationException>(() => waiting.WaitAsync(TestApplication.Deadline))).Message.ShouldContain("'FailedToStart'");
    }
}
