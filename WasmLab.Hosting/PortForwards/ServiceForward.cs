using WasmLab.Hosting.Flavors;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.Hosting.PortForwards;

/// <summary>Opens connections to the pods of a service through the API server, as <c>kubectl port-forward svc/NAME</c> does.</summary>
/// <param name="client">The cluster.</param>
/// <param name="ns">The service's namespace.</param>
/// <param name="service">The service.</param>
/// <param name="port">Its port.</param>
internal sealed class ServiceForward(KubernetesClient client, string ns, string service, int port)
{
    private ForwardTarget? _target;

    /// <summary>A connection to a ready pod; when the last one is gone, to another.</summary>
    /// <exception cref="IOException">No pod is ready, or the node refused.</exception>
    public async Task<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        if (_target is { } known)
        {
            try
            {
                return await client.PortForwardAsync(known.Pod, ns, known.Port, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is KubernetesException or IOException)
            {
                _target = null;
            }
        }

        try
        {
            _target = await FindTargetAsync(cancellationToken).ConfigureAwait(false)
                ?? throw new IOException($"service {ns}/{service} has no ready pod");
            return await client.PortForwardAsync(_target.Pod, ns, _target.Port, cancellationToken).ConfigureAwait(false);
        }
        catch (KubernetesException exception)
        {
            throw new IOException($"service {ns}/{service}: {exception.Message}", exception);
        }
    }

    /// <summary>A ready pod and its port; null when there is none.</summary>
    public async Task<ForwardTarget?> FindTargetAsync(CancellationToken cancellationToken)
    {
        var pods = await ListPodsAsync(cancellationToken).ConfigureAwait(false);
        return pods is { } found && found.Pods.FirstOrDefault(PodReport.IsReady) is { } pod
            ? new ForwardTarget(pod.Metadata.Name!, PortOf(pod, found.Port.TargetPort ?? found.Port.Port))
            : null;
    }

    /// <summary>Why no pod is ready yet, in the words of the cluster.</summary>
    public async Task<string> DescribeWaitingAsync(CancellationToken cancellationToken)
    {
        if (await ListPodsAsync(cancellationToken).ConfigureAwait(false) is not { } found)
        {
            return $"service {ns}/{service} is not there";
        }

        if (found.Pods.FirstOrDefault() is not { } pod)
        {
            return $"service {ns}/{service} has no pod";
        }

        var events = await client.ListAsync<Event>(ns, new ListOptions { FieldSelector = $"involvedObject.name={pod.Metadata.Name}" }, cancellationToken).ConfigureAwait(false);
        return $"pod {ns}/{pod.Metadata.Name}: {PodReport.WaitingReason(pod, events.Items)}";
    }

    private async Task<(ServicePort Port, List<Pod> Pods)?> ListPodsAsync(CancellationToken cancellationToken)
    {
        if (await client.FindAsync<Service>(service, ns, cancellationToken).ConfigureAwait(false) is not { } found
            || found.Spec.Ports.Find(candidate => candidate.Port == port) is not { } servicePort
            || found.Spec.Selector.Count == 0)
        {
            return null;
        }

        var selector = string.Join(',', found.Spec.Selector.Select(pair => $"{pair.Key}={pair.Value}"));
        var pods = await client.ListAsync<Pod>(ns, new ListOptions { LabelSelector = selector }, cancellationToken).ConfigureAwait(false);
        return (servicePort, pods.Items);
    }

    private int PortOf(Pod pod, IntOrString target) =>
        target.Number
        ?? pod.Spec.Containers.SelectMany(container => container.Ports).FirstOrDefault(candidate => candidate.Name == target.Name)?.Port
        ?? throw new IOException($"pod {ns}/{pod.Metadata.Name} has no port named '{target.Name}', which service {service} leads to");
}

/// <summary>Where connections to a service go.</summary>
internal sealed record ForwardTarget(string Pod, int Port);
