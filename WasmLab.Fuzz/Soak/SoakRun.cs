using System.Globalization;
using WasmLab.Wasm;

namespace WasmLab.Fuzz.Soak;

/// <summary>
/// Many instances of a server in one process: created, called over sockets and killed at random, then all ended. What the process holds
/// at the end is compared with what it held when it was warm.
/// </summary>
internal sealed class SoakRun(byte[] wasm, int instances, TimeSpan duration, int seed, Action<string> log)
{
    private const int CallsAtOnce = 8;
    private const double Megabyte = 1024 * 1024;

    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(10);

    private readonly Random _random = new(seed);
    private readonly List<SoakServer> _servers = [];
    private long _created;
    private long _killed;
    private long _calls;

    public async Task<SoakReport> RunAsync(CancellationToken cancellation)
    {
        using var engine = new Engine();
        var module = Module.Load(engine, wasm);

        // Twice the bustle of a part of the instances, so that the pools and arenas of the runtime have their size.
        await FillAsync(engine, module, Math.Max(1, instances / 10), cancellation);
        await EmptyAsync();
        var warm = ProcessFigures.Take();
        log($"warm: {warm}");

        var (few, many) = (Math.Max(1, instances / 10), instances);
        await FillAsync(engine, module, few, cancellation);
        var atFew = ProcessFigures.Take();
        await FillAsync(engine, module, many, cancellation);
        var full = ProcessFigures.Take();
        var memory = _servers[0].MemorySize;
        var perInstance = (full.Resident - atFew.Resident) / Math.Max(1, many - few);
        log($"{many} instances: {full}");
        log(string.Create(CultureInfo.InvariantCulture, $"a further instance: {perInstance / Megabyte:F2} MB resident, its memory of {memory / Megabyte:F2} MB included"));

        await BustleAsync(engine, module, cancellation);
        await EmptyAsync();
        var end = ProcessFigures.Take();
        log($"end: {end}");
        return new SoakReport(warm, full, end, perInstance, memory, _created, _killed, _calls);
    }

    private async Task FillAsync(Engine engine, Module module, int count, CancellationToken cancellation)
    {
        while (_servers.Count < count)
        {
            cancellation.ThrowIfCancellationRequested();
            await CreateAsync(engine, module);
        }

        foreach (var batch in _servers.Chunk(CallsAtOnce))
        {
            await Task.WhenAll(batch.Select(server => server.CallAsync("first")));
            _calls += batch.Length;
        }
    }

    private async Task BustleAsync(Engine engine, Module module, CancellationToken cancellation)
    {
        var (start, logged) = (TimeProvider.System.GetTimestamp(), TimeProvider.System.GetTimestamp());
        while (TimeProvider.System.GetElapsedTime(start) < duration)
        {
            cancellation.ThrowIfCancellationRequested();
            var called = Enumerable.Range(0, CallsAtOnce).Select(_ => _servers[_random.Next(_servers.Count)].CallAsync($"{_random.Next()}")).ToList();
            var victim = _random.Next(_servers.Count);
            await Task.WhenAll(called);
            _calls += called.Count;
            await _servers[victim].DisposeAsync();
            _killed++;
            _servers.RemoveAt(victim);
            await CreateAsync(engine, module);
            if (TimeProvider.System.GetElapsedTime(logged) > LogInterval)
            {
                logged = TimeProvider.System.GetTimestamp();
                log($"{_created} created, {_killed} killed, {_calls} calls: {ProcessFigures.Take()}");
            }
        }
    }

    private async Task CreateAsync(Engine engine, Module module)
    {
        _servers.Add(await SoakServer.StartAsync(engine, module));
        _created++;
    }

    private async Task EmptyAsync()
    {
        await Task.WhenAll(_servers.Select(server => server.DisposeAsync().AsTask()));
        _killed += _servers.Count;
        _servers.Clear();
    }
}

/// <summary>What a soak came to.</summary>
/// <param name="Warm">What the process held before, once warm.</param>
/// <param name="Full">What it held with all instances.</param>
/// <param name="End">What it held after all were killed.</param>
/// <param name="PerInstance">The resident bytes that a further instance takes, its own memory included.</param>
/// <param name="MemorySize">The size of an instance's own memory in bytes, resident or not.</param>
/// <param name="Created">How many instances were created.</param>
/// <param name="Killed">How many were killed.</param>
/// <param name="Calls">How many calls were answered.</param>
internal sealed record SoakReport(ProcessFigures Warm, ProcessFigures Full, ProcessFigures End, long PerInstance, long MemorySize, long Created, long Killed, long Calls)
{
    private const long HeapSlack = 8L * 1024 * 1024;
    private const long ResidentSlack = 96L * 1024 * 1024;
    private const int Slack = 40;

    /// <summary>What has leaked, in words.</summary>
    public IReadOnlyList<string> Leaks =>
    [
        .. Grown("managed heap", Warm.Heap, End.Heap, HeapSlack),
        .. Grown("resident memory", Warm.Resident, End.Resident, ResidentSlack),
        .. Grown("threads", Warm.Threads, End.Threads, Slack),
        .. Grown("descriptors", Warm.Descriptors, End.Descriptors, Slack),
        .. Grown("mappings", Warm.Mappings, End.Mappings, 4 * Slack),
    ];

    private static IEnumerable<string> Grown(string what, long before, long after, long slack) =>
        after > before + slack ? [$"{what}: {before} when warm, {after} at the end"] : [];
}
