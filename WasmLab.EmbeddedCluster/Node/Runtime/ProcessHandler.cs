using Microsoft.Extensions.Logging;

namespace WasmLab.EmbeddedCluster.Nodes.Runtime;

/// <summary>The default handler, <c>runc</c>: runs a container as a process of this machine, without isolation.</summary>
internal sealed class ProcessHandler(TimeProvider time, ILogger<ProcessHandler> logger) : IRuntimeHandler
{
    /// <summary>The name that containerd's default handler has.</summary>
    public const string DefaultName = "runc";

    public string Name => DefaultName;

    public Task<IContainer> StartAsync(Bundle bundle, CancellationToken cancellationToken)
    {
        foreach (var mount in bundle.Mounts)
        {
            RootFileSystem.Link(bundle.RootFileSystem, mount);
        }

        var command = ProcessCommand.Resolve(bundle);
        var container = ProcessContainer.Start(bundle, command, time, logger);
        return Task.FromResult<IContainer>(container);
    }
}
