using System.Globalization;
using System.Net;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.Kubernetes;

/// <summary>The API refused a request; the message is the server's own.</summary>
public sealed class KubernetesException : Exception
{
    /// <summary>An error that the server described.</summary>
    public KubernetesException(Status status, Exception? inner = null)
        : base(MessageOf(status), inner) => Status = status;

    /// <summary>What the server answered.</summary>
    public Status Status { get; }

    /// <summary>The HTTP status code.</summary>
    public int Code => Status.Code ?? 0;

    /// <summary>The machine-readable reason, such as <c>NotFound</c>, <c>Conflict</c>, <c>Expired</c>.</summary>
    public string? Reason => Status.Reason;

    /// <summary>The object does not exist (404).</summary>
    public bool IsNotFound => Code == (int)HttpStatusCode.NotFound;

    /// <summary>The object has changed or exists already (409).</summary>
    public bool IsConflict => Code == (int)HttpStatusCode.Conflict;

    /// <summary>The resource version is too old to watch from (410).</summary>
    public bool IsGone => Code == (int)HttpStatusCode.Gone;

    private static string MessageOf(Status status)
    {
        ArgumentNullException.ThrowIfNull(status);
        return status.Message ?? string.Create(CultureInfo.InvariantCulture, $"the server answered {status.Code} {status.Reason}");
    }
}
