using System.Collections.Concurrent;
using WasmLab.EmbeddedCluster.Nodes.Images;
using WasmLab.EmbeddedCluster.Nodes.Runtime;

namespace WasmLab.Tests.EmbeddedCluster.Nodes.Fakes;

/// <summary>Starts containers that run until the test ends them.</summary>
internal sealed class FakeHandler(string name) : IRuntimeHandler
{
    private readonly ConcurrentQueue<FakeContainer> _started = new();

    public string Name => name;

    public IReadOnlyList<FakeContainer> Started => [.. _started];

    /// <summary>The next starts fail with this message; null when they succeed.</summary>
    public string? Failure { get; set; }

    public Task<IContainer> StartAsync(ContainerConfig config, CancellationToken cancellationToken)
    {
        if (Failure is { } message)
        {
            throw new ContainerStartException(message);
        }

        var container = new FakeContainer(config);
        _started.Enqueue(container);
        return Task.FromResult<IContainer>(container);
    }
}

internal sealed class FakeContainer(ContainerConfig config) : IContainer
{
    private readonly TaskCompletionSource<ContainerExit> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<ContainerSignal> _signals = new();

    public ContainerConfig Config => config;

    public string Id => config.Id;

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

    public void Exit(int code, string? reason = null, bool runtimeLost = false) => _exited.TrySetResult(new ContainerExit(code, reason, runtimeLost));
}

/// <summary>Has the images that the test gives it.</summary>
internal sealed class FakeImages : IImageService
{
    private readonly ConcurrentDictionary<string, LocalImage> _images = new();

    public event Action? Changed;

    public void Add(string name, params string[] entrypoint)
    {
        _images[name] = new LocalImage { Name = "docker.io/" + name, Id = $"docker.io/{name}@sha256:0", Entrypoint = entrypoint };
        Changed?.Invoke();
    }

    public Task<LocalImage?> FindAsync(string reference, CancellationToken cancellationToken) =>
        reference.Contains(' ') ? throw new FormatException() : Task.FromResult(_images.GetValueOrDefault(reference));

    public Task UnpackAsync(LocalImage image, string directory, CancellationToken cancellationToken) => Task.CompletedTask;
}
