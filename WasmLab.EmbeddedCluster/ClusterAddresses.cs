namespace WasmLab.EmbeddedCluster;

/// <summary>Where the parts listen, once they do; each part sets its own when it starts.</summary>
internal sealed class ClusterAddresses
{
    /// <summary>Of the API server.</summary>
    public Uri? Api { get; set; }

    /// <summary>Of the ingress.</summary>
    public Uri? Ingress { get; set; }
}
