using Grpc.Core;
using WasmLab.EmbeddedCluster.Nodes.Cri.V1;
using WasmLab.EmbeddedCluster.Nodes.Runtime;

namespace WasmLab.EmbeddedCluster.Nodes.Cri;

/// <summary>A started container of a container runtime.</summary>
internal sealed class CriContainer(CriClient client, string id, string sandboxId, CriMonitor monitor, TimeProvider time) : IContainer
{
    // The node itself counts the grace period. The runtime is asked to wait for ten years, the most that its clock can count.
    private const long Patience = 10L * 365 * 24 * 60 * 60;
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(500);

    private readonly TaskCompletionSource<ContainerExit> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Id => id;

    public string SandboxId => sandboxId;

    public Task<ContainerExit> Exited => _exited.Task;

    public void Signal(ContainerSignal signal) => _ = StopAsync(signal == ContainerSignal.Terminate ? Patience : 0);

    public void End(ContainerExit exit) => _exited.TrySetResult(exit);

    // A runtime that is being restarted is asked again.
    private async Task StopAsync(long timeout)
    {
        while (!_exited.Task.IsCompleted && !monitor.Stopping.IsCancellationRequested)
        {
            try
            {
                await client.Runtime.StopContainerAsync(
                    new StopContainerRequest { ContainerId = id, Timeout = timeout }, cancellationToken: monitor.Stopping);
                monitor.Hurry();
                return;
            }
            catch (RpcException exception) when (exception.StatusCode == StatusCode.NotFound)
            {
                monitor.Hurry();
                return;
            }
            catch (RpcException)
            {
                await Task.Delay(RetryDelay, time, monitor.Stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
