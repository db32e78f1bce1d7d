using System.Collections.Concurrent;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedAspire;

[Trait(Category.Name, Category.Unit)]
public sealed class EventingTests
{
    private sealed record Happened(string What) : IDistributedApplicationEvent;

    private sealed record HappenedTo(IResource Resource) : IDistributedApplicationResourceEvent;

    private readonly DistributedApplicationEventing _eventing = new();
    private readonly ConcurrentQueue<string> _log = [];

    [Fact]
    public async Task PublishAsync_Sequential_CallsOneAfterTheOtherInTheOrderOfSubscription()
    {
        foreach (var name in new[] { "a", "b", "c" })
        {
            _eventing.Subscribe<Happened>(async (_, _) =>
            {
                _log.Enqueue($"{name} begins");
                await Task.Yield();
                _log.Enqueue($"{name} ends");
            });
        }

        await _eventing.PublishAsync(new Happened("x"));

        _log.ShouldBe(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
    }

    [Fact]
    public async Task PublishAsync_Concurrent_LetsSubscribersWaitForEachOther()
    {
        var met = new TaskCompletionSource();
        _eventing.Subscribe<Happened>((_, _) => met.Task);
        _eventing.Subscribe<Happened>((_, _) =>
        {
            met.SetResult();
            return Task.CompletedTask;
        });

        await _eventing.PublishAsync(new Happened("x"), EventDispatchBehavior.BlockingConcurrent).WaitAsync(TestApplication.Deadline);
    }

    [Fact]
    public async Task PublishAsync_SequentialSubscriberThrows_ThrowsAndCallsNoOther()
    {
        _eventing.Subscribe<Happened>((_, _) => throw new InvalidOperationException("no"));
        _eventing.Subscribe<Happened>((_, _) =>
        {
            _log.Enqueue("called");
            return Task.CompletedTask;
        });

        await Should.ThrowAsync<InvalidOperationException>(() => _eventing.PublishAsync(new Happened("x")));

        _log.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(EventDispatchBehavior.NonBlockingConcurrent)]
    [InlineData(EventDispatchBehavior.NonBlockingSequential)]
    public async Task PublishAsync_NonBlockingSubscriberThrows_ReportsIt(EventDispatchBehavior behavior)
    {
        var reported = new TaskCompletionSource<string>();
        _eventing.UnobservedFailure = (_, exception) => reported.TrySetResult(exception.Message);
        var hold = new TaskCompletionSource();
        _eventing.Subscribe<Happened>(async (_, _) =>
        {
            await hold.Task;
            throw new InvalidOperationException("too late to be seen");
        });

        var published = _eventing.PublishAsync(new Happened("x"), behavior);

        published.IsCompletedSuccessfully.ShouldBeTrue();
        hold.SetResult();
        (await reported.Task.WaitAsync(TestApplication.Deadline)).ShouldBe("too late to be seen");
    }

    [Fact]
    public async Task Subscribe_ToOneResource_HearsOnlyOfIt()
    {
        var one = new TestResource("one");
        var other = new TestResource("other");
        _eventing.Subscribe<HappenedTo>(one, (e, _) =>
        {
            _log.Enqueue(e.Resource.Name);
            return Task.CompletedTask;
        });

        await _eventing.PublishAsync(new HappenedTo(other));
        await _eventing.PublishAsync(new HappenedTo(one));

        _log.ShouldBe(["one"]);
    }

    [Fact]
    public async Task Unsubscribe_Subscription_IsNotCalledAgain()
    {
        var subscription = _eventing.Subscribe<Happened>((e, _) =>
        {
            _log.Enqueue(e.What);
            return Task.CompletedTask;
        });
        await _eventing.PublishAsync(new Happened("first"));

        _eventing.Unsubscribe(subscription);
        await _eventing.PublishAsync(new Happened("second"));

        _log.ShouldBe(["first"]);
    }
}
