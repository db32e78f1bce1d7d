namespace WasmLab.Hosting.Ingresses;

/// <summary>How the lab's own ingress reaches the pods of a real cluster.</summary>
internal enum IngressReach
{
    /// <summary>At their addresses where this machine has a route to them, otherwise through the API server.</summary>
    Auto,

    /// <summary>At their addresses.</summary>
    Direct,

    /// <summary>Through the API server, as <c>kubectl port-forward</c> does.</summary>
    PortForward,
}
