namespace WasmLab.Hosting.Clusters;

/// <summary>Which cluster carries the lab.</summary>
internal enum ClusterKind
{
    /// <summary>API server, controllers and node in one process of the lab.</summary>
    Embedded,

    /// <summary>A profile of minikube that the lab creates.</summary>
    Minikube,

    /// <summary>A cluster that is there already, by its context in the user's kubeconfig.</summary>
    Context,
}
