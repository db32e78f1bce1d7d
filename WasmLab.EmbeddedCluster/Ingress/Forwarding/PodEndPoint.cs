using System.Net;

namespace WasmLab.EmbeddedCluster.Ingresses.Forwarding;

/// <summary>A port of a pod: at the pod's own address, and by its name for who cannot reach that.</summary>
internal sealed class PodEndPoint(IPEndPoint address, string @namespace, string pod) : EndPoint
{
    public IPEndPoint Address => address;

    public string Namespace => @namespace;

    public string Pod => pod;

    public override bool Equals(object? obj) =>
        obj is PodEndPoint other && Address.Equals(other.Address) && (Namespace, Pod) == (other.Namespace, other.Pod);

    public override int GetHashCode() => HashCode.Combine(Address, Namespace, Pod);

    public override string ToString() => Address.ToString();
}
