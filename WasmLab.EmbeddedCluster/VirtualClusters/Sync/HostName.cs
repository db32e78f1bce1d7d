using System.Security.Cryptography;
using System.Text;

namespace WasmLab.EmbeddedCluster.VirtualClusters.Sync;

/// <summary>The name that an object of a virtual cluster has on the host, the same as vcluster gives it.</summary>
internal static class HostName
{
    private const int Longest = 63;
    private const int Kept = 52;
    private const int HashDigits = 10;

    /// <summary><c>NAME-x-NAMESPACE-x-VCLUSTER</c>; over 63 characters: the first 52, a hyphen and ten hexadecimal digits of its sha256.</summary>
    public static string Of(string name, string ns, string virtualCluster)
    {
        var whole = $"{name}-x-{ns}-x-{virtualCluster}";
        if (whole.Length <= Longest)
        {
            return whole;
        }

        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(whole)));
        return $"{whole[..Kept]}-{hash[..HashDigits]}";
    }
}
