using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedAspire;

[Trait(Category.Name, Category.Unit)]
public sealed class NotificationTests
{
    private readonly IDistributedApplicationBuilder _builder = TestApplication.CreateBuilder();

    [Fact]
    public async Task PublishUpdateAsync_SameContentInNewArrays_IsNotTold()
    {
        var resource = _builder.AddTest("a").Resource;
        await using var application = _builder.Build();
        var notifications = application.ResourceNotifications;
        Task Publish(string value) => notifications.PublishUpdateAsync(resource, s => s with
        {
            State = KnownResourceStates.Running,
            Properties = [new("list", new[] { "x", "y" }), new("value", value)],
            Urls = [new("http", "http://localhost:1", false)],
        });
        await Publish("1");
        await using var watch = notifications.WatchAsync().GetAsyncEnumerator();
        (await watch.MoveNextAsync()).ShouldBeTrue();

        await Publish("1");
        await Publish("2");

        (await watch.MoveNextAsync().AsTask().WaitAsync(TestApplication.Deadline)).ShouldBeTrue();
        watch.Current.Snapshot.Properties.Single(p => p.Name == "value").Value.ShouldBe("2");
    }

    [Fact]
    public async Task WatchAsync_Begun_GivesWhatIsAndThenWhatChangesInOrder()
    {
        var a = _builder.AddTest("a").Resource;
        var b = _builder.AddTest("b").Resource;
        await using var application = _builder.Build();
        await application.PublishAsync(a, KnownResourceStates.Starting);
        await application.PublishAsync(b, KnownResourceStates.Running);
        var seen = new List<string>();
        await using var watch = application.ResourceNotifications.WatchAsync().GetAsyncEnumerator();

        await Next();
        await Next();
        await application.PublishAsync(a, KnownResourceStates.Running);
        await application.PublishAsync(b, KnownResourceStates.Exited);
        await Next();
        await Next();

        seen.ShouldBe(["a Starting", "b Running", "a Running", "b Exited"]);

        async Task Next()
        {
            (await watch.MoveNextAsync().AsTask().WaitAsync(TestApplication.Deadline)).ShouldBeTrue();
            seen.Add($"{watch.Current.Resource.Name} {watch.Current.Snapshot.State?.Text}");
        }
    }

    [Fact]
    public async Task PublishUpdateAsync_FromManyThreads_EveryWatcherSeesEveryCountInOrder()
    {
        const int Writers = 4;
        const int Updates = 500;
        const int Watchers = 5;
        var resource = _builder.AddTest("a").Resource;
        await using var application = _builder.Build();
        var notifications = application.ResourceNotifications;
        await notifications.PublishUpdateAsync(resource, s => s with { Properties = [new("count", 0)] });
        var started = new CountdownEvent(Watchers);
        var watchers = Enumerable.Range(0, Watchers).Select(_ => Task.Run(async () =>
        {
            var last = -1;
            await foreach (var e in notifications.WatchAsync())
            {
                var count = (int)e.Snapshot.Properties[0].Value!;
                count.ShouldBe(last + 1);
                last = count;
                if (count == 0)
                {
                    started.Signal();
                }

                if (count == Writers * Updates)
                {
                    return;
                }
            }
        })).ToArray();
        started.Wait(TestApplication.Deadline).ShouldBeTrue();

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < Updates; i++)
            {
                await notifications.PublishUpdateAsync(resource, s => s with { Properties = [new("count", (int)s.Properties[0].Value! + 1)] });
            }
        })));

        await Task.WhenAll(watchers).WaitAsync(TestApplication.Deadline);
    }

    [Fact]
    public async Task PublishUpdateAsync_ResourceWithCommandIconAndParent_SnapshotCarriesThem()
    {
        var parent = _builder.AddTest("parent");
        var child = _builder.AddResource(new TestChildResource("child", parent.Resource))
            .WithIconName("Box", IconVariant.Regular)
            .WithReferenceRelationship(parent)
            .WithCommand("go", "Go", _ => Task.FromResult(CommandResults.Success()), new CommandOptions
            {
                UpdateState = c => c.ResourceSnapshot.State?.Text == KnownResourceStates.Running ? ResourceCommandState.Enabled : ResourceCommandState.Disabled,
            });
        await using var application = _builder.Build();

        await application.PublishAsync(child.Resource, KnownResourceStates.Starting);
        var starting = await application.WaitAsync(child.Resource, KnownResourceStates.Starting);
        await application.PublishAsync(child.Resource, KnownResourceStates.Running);
        var running = await application.WaitAsync(child.Resource, KnownResourceStates.Running);

        starting.IconName.ShouldBe("Box");
        starting.IconVariant.ShouldBe(IconVariant.Regular);
        starting.Relationships.ShouldBe([new("parent", "Parent"), new("parent", "Reference")]);
        starting.Commands.ShouldHaveSingleItem().State.ShouldBe(ResourceCommandState.Disabled);
        running.Commands.ShouldHaveSingleItem().State.ShouldBe(ResourceCommandState.Enabled);
    }

    [Fact]
    public async Task PublishUpdateAsync_InitialState_IsWhatTheFirstUpdateChanges()
    {
        var resource = _builder.AddTest("a").WithInitialState(new CustomResourceSnapshot
        {
            ResourceType = "Cluster",
            Properties = [new("kind", "embedded")],
            State = KnownResourceStates.NotStarted,
        }).Resource;
        await using var application = _builder.Build();

        await application.ResourceNotifications.PublishUpdateAsync(resource, s => s with { State = KnownResourceStates.Starting });

        application.ResourceNotifications.TryGetCurrentState("A", out var found).ShouldBeTrue();
        found!.Snapshot.ResourceType.ShouldBe("Cluster");
        found.Snapshot.Properties.ShouldHaveSingleItem().Value.ShouldBe("embedded");
    }

    [Fact]
    public async Task WaitForResourceAsync_OneOfSeveralStates_GivesTheOneItGotTo()
    {
        var resource = _builder.AddTest("a").Resource;
        await using var application = _builder.Build();

        var waiting = application.ResourceNotifications.WaitForResourceAsync("a", [KnownResourceStates.Finished, KnownResourceStates.Exited]);
        await application.PublishAsync(resource, KnownResourceStates.Running);
        waiting.IsCompleted.ShouldBeFalse();
        await application.PublishAsync(resource, KnownResourceStates.Exited);

        (await waiting.WaitAsync(TestApplication.Deadline)).ShouldBe("Exited");
    }

    [Fact]
    public async Task WaitForResourceAsync_ApplicationStops_IsCancelled()
    {
        _builder.AddTest("a");
        await using var application = _builder.Build();
        await application.StartAsync();
        var waiting = application.ResourceNotifications.WaitForResourceAsync("a");

        await application.StopAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => waiting.WaitAsync(TestApplication.Deadline));
    }

    [Fact]
    public async Task WithHiddenOnCompletion_FinishedWithThatCode_IsHidden()
    {
        var resource = _builder.AddTest("a").WithHiddenOnCompletion(3).Resource;
        await using var application = _builder.Build();

        await application.PublishAsync(resource, KnownResourceStates.Finished, exitCode: 1);
        (await application.WaitAsync(resource, KnownResourceStates.Finished)).IsHidden.ShouldBeFalse();
        await application.PublishAsync(resource, KnownResourceStates.Finished, exitCode: 3);
        (await application.WaitAsync(resource, s => s.ExitCode == 3)).IsHidden.ShouldBeTrue();
    }
}
