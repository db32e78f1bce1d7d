using System.Collections.Concurrent;

namespace WasmLab.Hosting.PortForwards;

/// <summary>The lab's open port-forwards, by what they lead to; they last as long as the lab.</summary>
internal sealed class PortForwards : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, PortForward> _open = new(StringComparer.Ordinal);

    /// <summary>Listens on a free port of loopback; what led there before under the same name is closed.</summary>
    public async Task<PortForward> OpenAsync(string name, ServiceForward service)
    {
        if (_open.TryRemove(name, out var before))
        {
            await before.DisposeAsync().ConfigureAwait(false);
        }

        return _open[name] = PortForward.Start(service);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var forward in _open.Values)
        {
            await forward.DisposeAsync().ConfigureAwait(false);
        }
    }
}
