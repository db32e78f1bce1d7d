using System.Net;
using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Orchestration;

/// <summary>Gives the endpoints of an executable their addresses: loopback, the ports of the model or free ones, no proxy.</summary>
internal static class EndpointAllocation
{
    public static bool Allocate(ExecutableResource resource, ILogger logger)
    {
        var endpoints = resource.Annotations.Snapshot().OfType<EndpointAnnotation>().ToArray();
        foreach (var endpoint in endpoints.Where(e => e.AllocatedEndpoint is null))
        {
            if (endpoint is { Port: { } port, TargetPort: { } targetPort } && port != targetPort)
            {
                logger.LogWarning("Endpoint '{Endpoint}' of '{ResourceName}' asks for a proxy from port {Port} to {TargetPort}. The embedded host has none: it is reached on port {TargetPort}.", endpoint.Name, resource.Name, port, targetPort, targetPort);
            }

            endpoint.TargetPort ??= endpoint.Port ?? FreePort(endpoint.Protocol);
            var host = endpoint.TargetHost is "" or "*" or "+" or "0.0.0.0" or "[::]" ? "localhost" : endpoint.TargetHost;
            endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, host, endpoint.TargetPort.Value);
        }

        return endpoints.Length > 0;
    }

    private static int FreePort(ProtocolType protocol)
    {
        using var socket = protocol == ProtocolType.Udp
            ? new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)
            : new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
