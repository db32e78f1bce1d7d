using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Api;

/// <summary>Knows the logs of containers: the node its own, a virtual cluster those of the cluster it lives in.</summary>
internal interface ILogSource
{
    /// <summary>
    /// Writes the log of a container as <c>kubectl logs</c> shows it, honouring every option; with <see cref="LogOptions.Follow"/> until
    /// the container's run ends or the reader leaves, flushing when something new was written.
    /// </summary>
    /// <param name="pod">The pod as stored.</param>
    /// <param name="container">Name of one of its containers; the API has checked it.</param>
    /// <param name="options">Which part of the log; <see cref="LogOptions.Container"/> equals <paramref name="container"/>.</param>
    /// <param name="output">Where to write.</param>
    /// <param name="ct">The reader has left.</param>
    /// <exception cref="KubernetesException">Thrown before anything is written: there is no log, and the Status says why.</exception>
    Task WriteLogAsync(Pod pod, string container, LogOptions options, Stream output, CancellationToken ct);
}
