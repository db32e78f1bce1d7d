using System.Net.Sockets;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>An endpoint of a resource.</summary>
public sealed class EndpointAnnotation : IResourceAnnotation
{
    private string? _uriScheme;
    private string? _transport;
    private string? _name;
    private TaskCompletionSource<AllocatedEndpoint> _allocated = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Creates an endpoint.</summary>
    public EndpointAnnotation(ProtocolType protocol, string? uriScheme = null, string? transport = null, string? name = null, int? port = null, int? targetPort = null, bool? isExternal = null, bool? isProxied = null)
    {
        Protocol = protocol;
        _uriScheme = uriScheme;
        _transport = transport;
        _name = name;
        Port = port;
        TargetPort = targetPort;
        IsExternal = isExternal ?? false;
        IsExplicitlyProxied = isProxied;
    }

    /// <summary>The protocol.</summary>
    public ProtocolType Protocol { get; set; }

    /// <summary>The scheme of its address; default is the protocol in lower case.</summary>
    public string UriScheme
    {
        get => _uriScheme ?? Protocol.ToString().ToLowerInvariant();
        set => _uriScheme = value;
    }

    /// <summary>What is spoken; default is http for the schemes http and https, else the protocol.</summary>
    public string Transport
    {
        get => _transport ?? (UriScheme is "http" or "https" ? "http" : Protocol.ToString().ToLowerInvariant());
        set => _transport = value;
    }

    /// <summary>The name; default is the scheme.</summary>
    public string Name
    {
        get => _name ?? UriScheme;
        set => _name = value;
    }

    /// <summary>The port that others use; null takes a free one.</summary>
    public int? Port { get; set; }

    /// <summary>The port that the process listens on; null is <see cref="Port"/>.</summary>
    public int? TargetPort { get; set; }

    /// <summary>The host that the process listens on.</summary>
    public string TargetHost { get; set; } = "localhost";

    /// <summary>Whether it is meant for the world.</summary>
    public bool IsExternal { get; set; }

    /// <summary>Whether a proxy may stand before it; the embedded host has none.</summary>
    public bool IsProxied
    {
        get => IsExplicitlyProxied ?? true;
        set => IsExplicitlyProxied = value;
    }

    /// <summary>What the model says about a proxy; null is nothing.</summary>
    public bool? IsExplicitlyProxied { get; set; }

    /// <summary>Whether it speaks TLS.</summary>
    public bool TlsEnabled { get; set; }

    /// <summary>Whether a reference to the resource leaves it out.</summary>
    public bool ExcludeReferenceEndpoint { get; set; }

    /// <summary>The address; null until it is allocated.</summary>
    public AllocatedEndpoint? AllocatedEndpoint
    {
        get => _allocated.Task.IsCompletedSuccessfully ? _allocated.Task.Result : null;
        set
        {
            if (value is null)
            {
                if (_allocated.Task.IsCompleted)
                {
                    _allocated = new(TaskCreationOptions.RunContinuationsAsynchronously);
                }
            }
            else if (!_allocated.TrySetResult(value))
            {
                var replaced = new TaskCompletionSource<AllocatedEndpoint>(TaskCreationOptions.RunContinuationsAsynchronously);
                replaced.SetResult(value);
                _allocated = replaced;
            }
        }
    }

    internal Task<AllocatedEndpoint> Allocation => _allocated.Task;
}
