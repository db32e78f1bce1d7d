using System.Net;
using System.Net.Sockets;

namespace WasmLab.EmbeddedCluster.Nodes.Runtime;

/// <summary>
/// Gives each pod an address of 127.0.0.0/8, which is all local on Linux and Windows, so that every pod can listen on the
/// same port. Where only 127.0.0.1 is local, pods share it and each container port gets a free host port.
/// </summary>
/// <remarks>The range is drawn at each start, so that nodes that run at the same time do not meet.</remarks>
internal sealed class PodNetwork
{
    private const int FirstRange = 64 << 8;
    private const int RangeCount = 63 << 8;
    private const int LowestHost = 2;
    private const int HighestHost = 254;

    private readonly Lock _gate = new();
    private readonly HashSet<IPAddress> _used = [];
    private readonly bool _hasOwnAddresses;
    private readonly int _firstRange;
    private int _next;

    public PodNetwork(Random random, Func<IPAddress, bool>? canBind = null)
    {
        _firstRange = random.Next(RangeCount);
        _hasOwnAddresses = (canBind ?? CanBind)(AddressAt(0));
    }

    /// <summary>The range of the first pods, as a node's <c>podCIDR</c>.</summary>
    public string Range => _hasOwnAddresses ? $"127.{RangeAt(0) >> 8}.{RangeAt(0) & 255}.0/24" : "127.0.0.1/32";

    public PodAddress Allocate(IEnumerable<int> containerPorts)
    {
        lock (_gate)
        {
            if (!_hasOwnAddresses)
            {
                return new PodAddress(IPAddress.Loopback, containerPorts.Distinct().ToDictionary(port => port, _ => FreePort()));
            }

            while (true)
            {
                var address = AddressAt(_next++);
                if (_used.Add(address))
                {
                    return new PodAddress(address, new Dictionary<int, int>());
                }
            }
        }
    }

    public void Release(PodAddress address)
    {
        lock (_gate)
        {
            _used.Remove(address.Address);
        }
    }

    private int RangeAt(int offset) => FirstRange + ((_firstRange + offset) % RangeCount);

    private IPAddress AddressAt(int index)
    {
        const int hostsInRange = HighestHost - LowestHost + 1;
        var range = RangeAt(index / hostsInRange % RangeCount);
        return new IPAddress([127, (byte)(range >> 8), (byte)range, (byte)(LowestHost + (index % hostsInRange))]);
    }

    private static bool CanBind(IPAddress address)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
