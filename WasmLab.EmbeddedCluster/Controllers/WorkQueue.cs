using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using WasmLab.Kubernetes;

namespace WasmLab.EmbeddedCluster.Controllers;

/// <summary>
/// Reconciles keys one after the other. A key that is waiting is not added again; one that fails is tried again with
/// back-off; one that changes while it is reconciled is reconciled again.
/// </summary>
internal sealed class WorkQueue<TKey> : IAsyncDisposable
    where TKey : notnull
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(30);

    private readonly Func<TKey, CancellationToken, Task> _reconcile;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<TKey> _channel = Channel.CreateUnbounded<TKey>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<TKey, bool> _waiting = new();
    private readonly Dictionary<TKey, int> _failures = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _worker;

    public WorkQueue(Func<TKey, CancellationToken, Task> reconcile, TimeProvider time, ILogger logger)
    {
        _reconcile = reconcile;
        _time = time;
        _logger = logger;
        _worker = Task.Run(RunAsync);
    }

    public void Enqueue(TKey key)
    {
        if (_waiting.TryAdd(key, true))
        {
            _channel.Writer.TryWrite(key);
        }
    }

    public void EnqueueAfter(TKey key, TimeSpan delay) => _ = EnqueueLaterAsync(key, delay);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _worker.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task EnqueueLaterAsync(TKey key, TimeSpan delay)
    {
        try
        {
            await Task.Delay(delay, _time, _stopping.Token).ConfigureAwait(false);
            Enqueue(key);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            // The queue has stopped.
        }
    }

    private async Task RunAsync()
    {
        await foreach (var key in _channel.Reader.ReadAllAsync(_stopping.Token).ConfigureAwait(false))
        {
            _waiting.TryRemove(key, out _);
            try
            {
                await _reconcile(key, _stopping.Token).ConfigureAwait(false);
                _failures.Remove(key);
            }
            catch (Exception exception) when (exception is KubernetesException or HttpRequestException or IOException)
            {
                var failures = _failures[key] = _failures.GetValueOrDefault(key) + 1;
                var delay = TimeSpan.FromTicks((long)Math.Min(LongestRetry.Ticks, FirstRetry.Ticks * Math.Pow(2, failures - 1)));
                _logger.LogDebug("{Key} failed, next try in {Delay}: {Reason}", key, delay, exception.Message);
                EnqueueAfter(key, delay);
            }
        }
    }
}

/// <summary>Names a namespaced object.</summary>
internal readonly record struct ObjectKey(string? Namespace, string Name)
{
    public override string ToString() => Namespace is null ? Name : $"{Namespace}/{Name}";
}
