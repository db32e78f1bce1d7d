using Microsoft.Extensions.Logging;

namespace WasmLab.EmbeddedCluster.Ingresses.Telemetry;

/// <summary>Every log line of the ingress and its id.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Ingress listens on {Address}")]
    public static partial void Listening(ILogger logger, string address);

    [LoggerMessage(2, LogLevel.Information, "Routes: {Ingresses} ingresses, {Hosts} hosts, {Locations} locations")]
    public static partial void RoutesChanged(ILogger logger, int ingresses, int hosts, int locations);

    [LoggerMessage(3, LogLevel.Warning, "Ingress {Ingress} is left out: {Reason}")]
    public static partial void IngressRejected(ILogger logger, string ingress, string reason);

    [LoggerMessage(4, LogLevel.Warning, "Ingress {Ingress} has annotations that are unknown here and do nothing: {Annotations}")]
    public static partial void UnknownAnnotations(ILogger logger, string ingress, string annotations);

    [LoggerMessage(5, LogLevel.Warning, "Ingress could not tell the cluster about {Object}: {Reason}. It is tried again.")]
    public static partial void ReportFailed(ILogger logger, string @object, string reason);

    [LoggerMessage(6, LogLevel.Error, "Ingress could not build its routes and keeps the former ones")]
    public static partial void BuildFailed(ILogger logger, Exception exception);

    [LoggerMessage(7, LogLevel.Warning, "{Outcome}: {Method} {Host}{Target} ({Upstream}) {Detail}")]
    public static partial void ForwardingFailed(ILogger logger, string outcome, string method, string host, string target, string upstream, string? detail);

    [LoggerMessage(8, LogLevel.Error, "Ingress failed on {Method} {Host}{Target}")]
    public static partial void ForwardingBroke(ILogger logger, Exception exception, string method, string host, string target);

    [LoggerMessage(9, LogLevel.Information, "Pods are reached {How} ({Why})")]
    public static partial void ReachDecided(ILogger logger, string how, string why);

    [LoggerMessage(10, LogLevel.Warning, "A connection through the API server broke: {Reason}")]
    public static partial void PortForwardBroke(ILogger logger, string reason);
}
