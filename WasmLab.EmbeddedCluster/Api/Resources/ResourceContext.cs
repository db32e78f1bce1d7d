using WasmLab.EmbeddedCluster.Api.Store;

namespace WasmLab.EmbeddedCluster.Api.Resources;

/// <summary>The cluster that an object is to be part of.</summary>
/// <param name="Store">Its other objects.</param>
/// <param name="Addresses">Addresses of its services.</param>
/// <param name="Time">The clock.</param>
/// <param name="DryRun">Nothing will be stored.</param>
internal sealed record ResourceContext(IObjectStore Store, ServiceAddresses Addresses, TimeProvider Time, bool DryRun = false);
