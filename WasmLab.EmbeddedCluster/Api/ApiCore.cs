using Microsoft.Extensions.Logging;
using WasmLab.EmbeddedCluster.Api.Resources;
using WasmLab.EmbeddedCluster.Api.Store;

namespace WasmLab.EmbeddedCluster.Api;

/// <summary>What the verbs of one API work on.</summary>
internal sealed record ApiCore(
    IObjectStore Store,
    ServiceAddresses Addresses,
    TimeProvider Time,
    ILogger Logger,
    Func<ILogSource?>? LogSource,
    Func<IPortSource?>? PortSource,
    CancellationToken Stopping)
{
    public ResourceContext Context(bool dryRun) => new(Store, Addresses, Time, dryRun);
}
