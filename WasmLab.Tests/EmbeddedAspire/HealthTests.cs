using System.Collections.Concurrent;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedAspire;

[Trait(Category.Name, Category.Unit)]
public sealed class HealthTests
{
    private readonly IDistributedApplicationBuilder _builder = TestApplication.CreateBuilder();

    [Fact]
    public async Task Health_ResourceThatDoesNotRun_IsUnknownAndItsChecksAreListed()
    {
        var resource = _builder.AddTest("a").WithCheck("check", () => HealthStatus.Healthy).Resource;
        await using var application = _builder.Build();
        await application.StartAsync();

        var snapshot = await application.WaitAsync(resource, _ => true);

        snapshot.HealthStatus.ShouldBeNull();
        snapshot.HealthReports.ShouldBe([new HealthReportSnapshot("check", null, null, null)]);
    }

    [Fact]
    public async Task Health_SeveralChecks_IsTheWorst()
    {
        var resource = _builder.AddTest("a").WithCheck("good", () => HealthStatus.Healthy).WithCheck("fair", () => HealthStatus.Degraded).Runs().Resource;
        await using var application = _builder.Build();
        await application.StartAsync();

        var snapshot = await application.WaitAsync(resource, s => s.HealthReports.All(r => r.Status is not null));

        snapshot.HealthStatus.ShouldBe(HealthStatus.Degraded);
        snapshot.HealthReports.Select(r => (r.Name, r.Status, r.Description)).ShouldBe([("fair", HealthStatus.Degraded, "said so"), ("good", HealthStatus.Healthy, "said so")]);
        snapshot.HealthReports.ShouldAllBe(r => r.LastRunAt != null);
    }

    [Fact]
    public async Task Health_ResourceUnderAnother_IncludesTheChecksOfTheOther()
    {
        var parent = _builder.AddTest("parent").WithCheck("parent_check", () => HealthStatus.Unhealthy);
        var child = _builder.AddResource(new TestChildResource("child", parent.Resource)).WithCheck("child_check", () => HealthStatus.Healthy).Runs().Resource;
        await using var application = _builder.Build();
        await application.StartAsync();

        var snapshot = await application.WaitAsync(child, s => s.HealthReports.All(r => r.Status is not null));

        snapshot.HealthReports.Select(r => r.Name).ShouldBe(["child_check", "parent_check"]);
        snapshot.HealthStatus.ShouldBe(HealthStatus.Unhealthy);
    }

    [Fact]
    public async Task Health_CheckThrows_ReportCarriesTheException()
    {
        var resource = _builder.AddTest("a").WithCheck("check", () => throw new InvalidOperationException("cannot look")).Runs().Resource;
        await using var application = _builder.Build();
        await application.StartAsync();

        var snapshot = await application.WaitAsync(resource, s => s.HealthReports is [{ Status: not null }]);

        snapshot.HealthReports[0].Status.ShouldBe(HealthStatus.Unhealthy);
        snapshot.HealthReports[0].ExceptionText!.ShouldContain("cannot look");
    }

    [Fact]
    public async Task ResourceReady_HealthGoesAndComesBack_IsPublishedOncePerRun()
    {
        var health = HealthStatus.Unhealthy;
        var readies = new ConcurrentQueue<int>();
        var resource = _builder.AddTest("a").WithCheck("check", () => health).OnResourceReady((_, _, _) =>
        {
            readies.Enqueue(1);
            return Task.CompletedTask;
        }).Runs().Resource;
        await using var application = _builder.Build();
        await application.StartAsync();

        await application.WaitAsync(resource, s => s.HealthReports is [{ Status: HealthStatus.Unhealthy }]);
        readies.ShouldBeEmpty();
        health = HealthStatus.Healthy;
        await application.ResourceNotifications.WaitForResourceHealthyAsync("a").WaitAsync(TestApplication.Deadline);
        health = HealthStatus.Unhealthy;
        await Poke("1");
        await application.WaitAsync(resource, s => s.HealthStatus == HealthStatus.Unhealthy);
        health = HealthStatus.Healthy;
        await application.WaitAsync(resource, s => s.HealthStatus == HealthStatus.Healthy);
        readies.Count.ShouldBe(1);

        await application.PublishAsync(resource, KnownResourceStates.Exited);
        await application.PublishAsync(resource, KnownResourceStates.Running);
        await application.ResourceNotifications.WaitForResourceHealthyAsync("a").WaitAsync(TestApplication.Deadline);
        readies.Count.ShouldBe(2);

        // A change of the resource is a reason to look again at once.
        Task Poke(string value) => application.ResourceNotifications.PublishUpdateAsync(resource, s => s with { Properties = [new("poke", value)] });
    }

    [Fact]
    public async Task Health_ResourceRestarts_DoesNotCarryOverTheHealthOfTheLastRun()
    {
        var hold = new TaskCompletionSource<HealthStatus>();
        hold.SetResult(HealthStatus.Healthy);
        var resource = _builder.AddTest("a").WithCheck("check", () => hold.Task.Result).Runs().Resource;
        await using var application = _builder.Build();
        await application.StartAsync();
        await application.WaitAsync(resource, s => s.HealthStatus == HealthStatus.Healthy);

        hold = new TaskCompletionSource<HealthStatus>();
        await application.PublishAsync(resource, KnownResourceStates.Exited);
        await application.PublishAsync(resource, KnownResourceStates.Running);

        var restarted = await application.WaitAsync(resource, KnownResourceStates.Running);
        restarted.HealthStatus.ShouldBe(HealthStatus.Unhealthy);
        restarted.HealthReports.ShouldHaveSingleItem().Status.ShouldBeNull();
        hold.SetResult(HealthStatus.Healthy);
        await application.WaitAsync(resource, s => s.HealthStatus == HealthStatus.Healthy);
    }

    [Fact]
    public void Pace_Unhealthy_GrowsFromTheShortestToFiveSeconds()
    {
        var pace = new HealthCheckPace();

        var delays = Enumerable.Range(0, 20).Select(_ => pace.Next(HealthStatus.Unhealthy)).ToArray();

        delays[0].ShouldBe(TimeSpan.FromMilliseconds(50));
        delays.ShouldBeInOrder();
        delays[^1].ShouldBe(TimeSpan.FromSeconds(5));
        delays.Take(5).Aggregate(TimeSpan.Zero, (a, b) => a + b).ShouldBeLessThan(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void Pace_Healthy_GrowsFromFiveToThirtySecondsAndStartsOverWhenItTurns()
    {
        var pace = new HealthCheckPace();

        double[] delays = [.. Enumerable.Range(0, 5).Select(_ => pace.Next(HealthStatus.Healthy).TotalSeconds), pace.Next(HealthStatus.Degraded).TotalSeconds];

        delays.ShouldBe([5, 10, 20, 30, 30, 0.05]);
    }
}
