using System.Collections.Concurrent;
using WasmLab.EmbeddedCluster.Nodes.Images;
using WasmLab.EmbeddedCluster.Nodes.Runtime;
using WasmLab.Oci;

namespace WasmLab.Tests.EmbeddedCluster.Nodes.Fakes;

/// <summary>Starts containers that run until the test ends them.</summary>
internal sealed class FakeHandler(string name) : IRuntimeHandler
{
    private readonly ConcurrentQueue<FakeContainer> _started = new();

    public string Name => name;

    public IReadOnlyList<FakeContainer> Started => [.. _started];

    /// <summary>The next starts fail with this message; null when they succeed.</summary>
    public string? Failure { get; set; }

    public Task<IContainer> StartAsync(Bundle bundle, CancellationToken cancellationToken)
    {
        if (Failure is { } message)
        {
            throw new ContainerStartException(message);
        }

        var container = new FakeContainer(bundle);
        _started.Enqueue(container);
        return Task.FromResult<IContainer>(container);
    }
}

internal sealed class FakeContainer(Bundle bundle) : IContainer
{
    private readonly TaskCompletionSource<ContainerExit> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<ContainerSignal> _signals = new();

    public Bundle Bundle => bundle;

    public string Id => bundle.Id;

    public Task<ContainerExit> Exited => _exited.Task;

    public IReadOnlyList<ContainerSignal> Signals => [.. _signals];

    public bool IgnoresTerminate { get; set; }

    public void Signal(ContainerSignal signal)
    {
        _signals.Enqueue(signal);
        if (signal == ContainerSignal.Kill)
        {
            Exit(137);
        }
        else if (!IgnoresTerminate)
        {
            Exit(143);
        }
    }

    public void Exit(int code, string? message = null, bool runtimeLost = false) => _exited.TrySetResult(new ContainerExit(code, message, runtimeLost));
}

/// <summary>Has the handlers that the test gives it.</summary>
internal sealed class FakeHandlers : IRuntimeHandlers
{
    private readonly ConcurrentDictionary<string, IRuntimeHandler> _handlers = new();

    public event Action? Changed;

    public IReadOnlyList<string> Names => [.. _handlers.Keys];

    public void Add(string name, IRuntimeHandler handler)
    {
        _handlers[name] = handler;
        Changed?.Invoke();
    }

    public IRuntimeHandler? Find(string? name) => _handlers.GetValueOrDefault(name ?? "");
}

/// <summary>Has the images that the test gives it, and pulls those of a registry that the test gives it.</summary>
internal sealed class FakeImages : ILocalImages
{
    private readonly ConcurrentDictionary<string, LocalImage> _images = new();

    public event Action? Changed;

    /// <summary>The entry point of each image that can be pulled.</summary>
    public ConcurrentDictionary<string, string> Registry { get; } = new();

    public void Add(string name, params string[] entrypoint)
    {
        AddSilently(name, entrypoint);
        Changed?.Invoke();
    }

    public void AddSilently(string name, params string[] entrypoint) =>
        _images[name] = new LocalImage { Name = "docker.io/" + name, Id = $"docker.io/{name}@sha256:0", Entrypoint = entrypoint };

    public Task<LocalImage?> FindAsync(string reference, CancellationToken cancellationToken) =>
        reference.Contains(' ') ? throw new FormatException() : Task.FromResult(_images.GetValueOrDefault(reference));

    public Task<LocalImage> PullAsync(string reference, CancellationToken cancellationToken)
    {
        if (!Registry.TryGetValue(reference, out var entrypoint))
        {
            throw new ImageException($"{reference}: not found");
        }

        Add(reference, entrypoint);
        return Task.FromResult(_images[reference]);
    }

    public Task UnpackAsync(LocalImage image, string directory, CancellationToken cancellationToken) => Task.CompletedTask;
}
