using WasmLab.EmbeddedCluster.Ingresses.Configuration;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Ingresses;

/// <summary>Which ingresses are this controller's.</summary>
internal sealed class IngressClasses(IEnumerable<IngressClass> classes)
{
    public const string DefaultName = "nginx";
    public const string Controller = "k8s.io/ingress-nginx";

    private const string IsDefault = "ingressclass.kubernetes.io/is-default-class";

    private readonly List<IngressClass> _own = [.. classes.Where(candidate => candidate.Spec.Controller == Controller)];

    public bool Claims(Ingress ingress)
    {
        if (ingress.Metadata.Annotations.TryGetValue(IngressAnnotations.Class, out var annotated))
        {
            return annotated == DefaultName;
        }

        return ingress.Spec.IngressClassName is { Length: > 0 } name
            ? _own.Any(candidate => candidate.Metadata.Name == name)
            : _own.Any(candidate => candidate.Metadata.Annotations.GetValueOrDefault(IsDefault) == "true");
    }
}
