using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace WasmLab.Kubernetes;

/// <summary>
/// Calls a controller for each key that changed: a key that is added while it waits is worked on once, a key that is added while it
/// is worked on is worked on again afterwards, and a key whose work failed is tried again with back-off. One key at a time.
/// </summary>
/// <typeparam name="TKey">Names one object.</typeparam>
public sealed class WorkQueue<TKey> : IAsyncDisposable
    where TKey : notnull
{
    private static readonly TimeSpan s_firstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromSeconds(10);

    private readonly Func<TKey, CancellationToken, Task> _reconcile;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Channel<TKey> _keys = Channel.CreateUnbounded<TKey>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<TKey, byte> _waiting = new();
    private readonly Dictionary<TKey, TimeSpan> _delays = [];
    private readonly CancellationTokenSource _stop = new();
    private Task? _worker;

    /// <summary>A queue that does not work yet.</summary>
    /// <param name="reconcile">Brings what the key names to what is wanted of it.</param>
    /// <param name="logger">Told of work that failed.</param>
    /// <param name="time">For the back-off; null is the system's.</param>
    public WorkQueue(Func<TKey, CancellationToken, Task> reconcile, ILogger logger, TimeProvider? time = null)
    {
        _reconcile = reconcile;
        _logger = logger;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>Asks for work on a key.</summary>
    public void Add(TKey key)
    {
        if (_waiting.TryAdd(key, 0))
        {
            _keys.Writer.TryWrite(key);
        }
    }

    /// <summary>Asks for work on a key later.</summary>
    public void AddAfter(TKey key, TimeSpan delay) => _ = AddLaterAsync(key, delay, _stop.Token);

    /// <summary>Begins to work.</summary>
    public void Start() => _worker ??= Task.Run(() => WorkAsync(_stop.Token));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        if (_worker is not null)
        {
            await _worker.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _stop.Dispose();
    }

    private async Task WorkAsync(CancellationToken ct)
    {
        await foreach (var key in _keys.Reader.ReadAllAsync(ct).ConfigureAwait(false))
        {
            _waiting.TryRemove(key, out _);
            try
            {
                await _reconcile(key, ct).ConfigureAwait(false);
                _delays.Remove(key);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                var delay = _delays.TryGetValue(key, out var last) ? last * 2 : s_firstDelay;
                _delays[key] = delay = delay < s_longestDelay ? delay : s_longestDelay;
                _logger.LogWarning("Work on {Key} failed, next try in {Delay}: {Message}", key, delay, exception.Message);
                AddAfter(key, delay);
            }
        }
    }

    private async Task AddLaterAsync(TKey key, TimeSpan delay, CancellationToken ct)
    {
        await Task.Delay(delay, _time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Add(key);
    }
}
