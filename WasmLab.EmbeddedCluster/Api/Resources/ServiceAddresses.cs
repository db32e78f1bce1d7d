using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;

namespace WasmLab.EmbeddedCluster.Api.Resources;

/// <summary>The cluster IPs of services, out of 10.96.0.0/16.</summary>
internal sealed class ServiceAddresses
{
    /// <summary>The range, as messages name it.</summary>
    public const string Range = "10.96.0.0/16";

    private const uint First = 0x0A600000;
    private const uint Size = 0x10000;

    private readonly Lock _gate = new();
    private readonly HashSet<uint> _taken = [];

    /// <summary>Takes a free address.</summary>
    /// <exception cref="InvalidOperationException">There is none left.</exception>
    public string Allocate()
    {
        lock (_gate)
        {
            // The network's own first and last address are nobody's.
            for (var tries = 0; tries < 256; tries++)
            {
                var address = First + 1 + (uint)RandomNumberGenerator.GetInt32((int)Size - 2);
                if (_taken.Add(address))
                {
                    return Format(address);
                }
            }

            for (var address = First + 1; address < First + Size - 1; address++)
            {
                if (_taken.Add(address))
                {
                    return Format(address);
                }
            }
        }

        throw new InvalidOperationException($"the range {Range} is full");
    }

    /// <summary>What is wrong with taking that address, or null when it is taken now.</summary>
    public string? Take(string address)
    {
        if (Parse(address) is not { } number)
        {
            return $"failed to allocate IP {address}: the provided IP ({address}) is not in the valid range. The range of valid IPs is {Range}";
        }

        lock (_gate)
        {
            return _taken.Add(number) ? null : $"failed to allocate IP {address}: provided IP is already allocated";
        }
    }

    /// <summary>Gives an address back; one that was not taken is no error.</summary>
    public void Release(string address)
    {
        if (Parse(address) is { } number)
        {
            lock (_gate)
            {
                _taken.Remove(number);
            }
        }
    }

    private static uint? Parse(string text) =>
        IPAddress.TryParse(text, out var address) && address.GetAddressBytes() is { Length: 4 } bytes
            && BinaryPrimitives.ReadUInt32BigEndian(bytes) is > First and < First + Size - 1 and var number
            ? number
            : null;

    private static string Format(uint address)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, address);
        return new IPAddress(bytes).ToString();
    }
}
