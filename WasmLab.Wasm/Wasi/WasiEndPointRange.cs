using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace WasmLab.Wasm.Wasi;

/// <summary>A network's addresses with a range of ports. An IPv4 address in its IPv6 form counts as the IPv4 address.</summary>
/// <param name="Network">The addresses.</param>
/// <param name="FirstPort">The lowest port.</param>
/// <param name="LastPort">The highest port.</param>
public sealed record WasiEndPointRange(IPNetwork Network, int FirstPort = 0, int LastPort = IPEndPoint.MaxPort)
{
    internal static IReadOnlyList<WasiEndPointRange> Everything { get; } =
        [new(new IPNetwork(IPAddress.Any, 0)), new(new IPNetwork(IPAddress.IPv6Any, 0))];

    /// <summary>Reads <c>ADDRESS[/BITS][:PORT[-PORT]]</c>, such as <c>127.0.0.1:8080</c>, <c>10.0.0.0/8</c> or <c>[::1]:1-1024</c>.</summary>
    /// <exception cref="FormatException">The text has another form.</exception>
    public static WasiEndPointRange Parse(string text) =>
        TryParse(text, out var range) ? range
        : throw new FormatException($"\"{text}\" is no range of end points: write it as ADDRESS[/BITS][:PORT[-PORT]], an IPv6 address in brackets");

    /// <summary>Whether an end point lies in the range.</summary>
    public bool Contains(IPEndPoint endPoint)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        var address = endPoint.Address.IsIPv4MappedToIPv6 ? endPoint.Address.MapToIPv4() : endPoint.Address;
        return endPoint.Port >= FirstPort && endPoint.Port <= LastPort && Network.Contains(address);
    }

    private static bool TryParse(string text, [NotNullWhen(true)] out WasiEndPointRange? range)
    {
        range = null;
        var (first, last) = (0, IPEndPoint.MaxPort);
        var addresses = text;
        var colon = text.LastIndexOf(':');
        if (colon >= 0 && (text.StartsWith('[') ? text[colon - 1] == ']' || text[..colon].Contains("]/", StringComparison.Ordinal) : text.IndexOf(':', StringComparison.Ordinal) == colon))
        {
            addresses = text[..colon];
            if (!TryParsePorts(text[(colon + 1)..], out first, out last))
            {
                return false;
            }
        }

        var parts = addresses.Split('/');
        var host = parts[0].StartsWith('[') && parts[0].EndsWith(']') ? parts[0][1..^1] : parts[0];
        if (parts.Length > 2 || !IPAddress.TryParse(host, out var address))
        {
            return false;
        }

        var longest = address.AddressFamily == AddressFamily.InterNetworkV6 ? 128 : 32;
        var bits = longest;
        if ((parts.Length == 2 && !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out bits)) || bits > longest)
        {
            return false;
        }

        range = new WasiEndPointRange(NetworkOf(address, bits), first, last);
        return true;
    }

    private static bool TryParsePorts(string text, out int first, out int last)
    {
        var ports = text.Split('-');
        last = 0;
        return TryParsePort(ports[0], out first) && TryParsePort(ports[^1], out last) && ports.Length <= 2 && first <= last;
    }

    private static bool TryParsePort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= IPEndPoint.MaxPort;

    /// <summary>The network that an address lies in: what the bits do not cover is cleared.</summary>
    private static IPNetwork NetworkOf(IPAddress address, int bits)
    {
        var bytes = address.GetAddressBytes();
        for (var bit = bits; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }

        return new IPNetwork(new IPAddress(bytes), bits);
    }
}
