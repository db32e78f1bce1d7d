using System.Net;

namespace WasmLab.Wasm.Wasi;

/// <summary>
/// Which end points a module's sockets may use. What no rule names is refused with <c>EACCES</c>; connections that come in on a bound
/// address are not asked about.
/// </summary>
/// <example>
/// A server on one port that may ask one database:
/// <code>
/// var network = new WasiNetwork
/// {
///     Bind = [WasiEndPointRange.Parse("127.0.0.1:8080")],
///     Connect = [WasiEndPointRange.Parse("10.1.0.0/16:5432")],
/// };
/// </code>
/// </example>
public sealed record WasiNetwork
{
    /// <summary>No network: sockets can be made, but lead nowhere.</summary>
    public static WasiNetwork None { get; } = new();

    /// <summary>The whole network of the host.</summary>
    public static WasiNetwork All { get; } = new() { Bind = WasiEndPointRange.Everything, Connect = WasiEndPointRange.Everything, ResolvesNames = true };

    /// <summary>What a socket may be bound to, so where a server may listen. Default: nothing.</summary>
    public IReadOnlyList<WasiEndPointRange> Bind { get; init; } = [];

    /// <summary>What a socket may connect or send datagrams to. Default: nothing.</summary>
    public IReadOnlyList<WasiEndPointRange> Connect { get; init; } = [];

    /// <summary>Whether <c>sock_getaddrinfo</c> may ask the host's resolver for names. Default: no, only numeric addresses.</summary>
    public bool ResolvesNames { get; init; }

    internal bool AllowsBind(IPEndPoint endPoint) => Bind.Any(range => range.Contains(endPoint));

    internal bool AllowsConnect(IPEndPoint endPoint) => Connect.Any(range => range.Contains(endPoint));
}
