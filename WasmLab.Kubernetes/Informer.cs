using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.Kubernetes;

/// <summary>
/// Keeps a copy of the objects of a kind: lists them, watches for changes, and lists again, with back-off, when the watch breaks
/// or has become too old. Objects that vanished in between are reported as deleted. Changes are reported one after the other, after the copy has them.
/// </summary>
/// <typeparam name="T">The kind.</typeparam>
public sealed class Informer<T> : IAsyncDisposable
    where T : KubernetesObject, IKubernetesKind<T>, new()
{
    private static readonly TimeSpan s_firstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromSeconds(10);

    private readonly KubernetesClient _client;
    private readonly string? _ns;
    private readonly ListOptions? _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<(string? Ns, string Name), T> _items = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _loop;

    /// <summary>An informer that has not started.</summary>
    /// <param name="client">The API to watch.</param>
    /// <param name="ns">The namespace; null is all of them.</param>
    /// <param name="options">Which objects; null is all.</param>
    /// <param name="logger">Told of broken watches and failing handlers.</param>
    /// <param name="time">For the back-off; null is the system's.</param>
    public Informer(KubernetesClient client, string? ns = null, ListOptions? options = null, ILogger? logger = null, TimeProvider? time = null)
    {
        _client = client;
        _ns = ns;
        _options = options;
        _logger = logger ?? NullLogger.Instance;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>Told of every change. A bookmark is not a change.</summary>
    public event Action<WatchEvent<T>>? Changed;

    /// <summary>The objects as last seen. Do not change them: they are shared.</summary>
    public IReadOnlyCollection<T> Items => [.. _items.Values];

    /// <summary>An object as last seen, or null.</summary>
    public T? Find(string name, string? ns = null) => _items.GetValueOrDefault((ns, name));

    /// <summary>Starts, and returns when the first list is there and was reported. The informer runs until disposed of.</summary>
    /// <param name="ct">Ends the wait.</param>
    public Task StartAsync(CancellationToken ct = default)
    {
        _loop ??= Task.Run(() => RunAsync(_stop.Token), CancellationToken.None);
        return _synced.Task.WaitAsync(ct);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        if (_loop is not null)
        {
            await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _synced.TrySetCanceled();
        _stop.Dispose();
    }

    private async Task RunAsync(CancellationToken ct)
    {
        var delay = s_firstDelay;
        while (!ct.IsCancellationRequested)
        {
            try
            {
                var version = await ListAsync(ct).ConfigureAwait(false);
                _synced.TrySetResult();
                delay = s_firstDelay;
                await WatchAsync(version, ct).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (KubernetesException exception) when (exception.IsGone)
            {
                _logger.LogDebug("The watch of {Resource} is too old; listing again", T.Type.Plural);
            }
            catch (Exception exception) when (exception is KubernetesException or HttpRequestException or IOException
                or SocketException or JsonException or OperationCanceledException)
            {
                _logger.LogWarning("Watching {Resource} at {Server} failed, next try in {Delay}: {Message}",
                    T.Type.Plural, _client.Server, delay, exception.Message);
                await Task.Delay(delay, _time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                delay = delay * 2 < s_longestDelay ? delay * 2 : s_longestDelay;
            }
        }
    }

    private async Task<string?> ListAsync(CancellationToken ct)
    {
        var list = await _client.ListAsync<T>(_ns, _options, ct).ConfigureAwait(false);
        var listed = list.Items.Select(Key).ToHashSet();
        foreach (var (key, gone) in _items)
        {
            if (!listed.Contains(key) && _items.TryRemove(key, out _))
            {
                Report(new(WatchEventType.Deleted, gone));
            }
        }

        foreach (var item in list.Items)
        {
            Put(item);
        }

        return list.Metadata.ResourceVersion;
    }

    /// <summary>Watches, again from where it was when the server ends the stream in good order.</summary>
    private async Task WatchAsync(string? version, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            var started = _time.GetTimestamp();
            await foreach (var change in _client.WatchAsync<T>(_ns, version, _options, ct).ConfigureAwait(false))
            {
                version = change.Object.Metadata.ResourceVersion;
                switch (change.Type)
                {
                    case WatchEventType.Deleted:
                        _items.TryRemove(Key(change.Object), out _);
                        Report(change);
                        break;
                    case WatchEventType.Added or WatchEventType.Modified:
                        Put(change.Object);
                        break;
                }
            }

            if (_time.GetElapsedTime(started) < s_firstDelay)
            {
                await Task.Delay(s_firstDelay, _time, ct).ConfigureAwait(false);
            }
        }
    }

    private void Put(T item)
    {
        var key = Key(item);
        var known = _items.GetValueOrDefault(key);
        _items[key] = item;
        if (known is not null && known.Metadata.Uid != item.Metadata.Uid)
        {
            Report(new(WatchEventType.Deleted, known));
            known = null;
        }

        if (known is null || known.Metadata.ResourceVersion != item.Metadata.ResourceVersion)
        {
            Report(new(known is null ? WatchEventType.Added : WatchEventType.Modified, item));
        }
    }

    private void Report(WatchEvent<T> change)
    {
        foreach (var handler in Changed?.GetInvocationList() ?? [])
        {
            try
            {
                ((Action<WatchEvent<T>>)handler)(change);
            }
#pragma warning disable CA1031 // One failing handler must not end the informer that serves the others.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                _logger.LogError(exception, "A handler of {Resource} changes failed on {Name}", T.Type.Plural, change.Object.Metadata.Name);
            }
        }
    }

    private static (string? Ns, string Name) Key(T item) => (T.Type.Namespaced ? item.Metadata.Namespace : null, item.Metadata.Name ?? "");
}
