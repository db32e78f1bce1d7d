namespace WasmLab.Hosting.Ingresses;

/// <summary>Which controller serves the ingresses.</summary>
internal enum IngressKind
{
    /// <summary>The lab's own, a process of this machine.</summary>
    Embedded,

    /// <summary>ingress-nginx: minikube's addon, or what runs on the cluster already.</summary>
    Nginx,
}
