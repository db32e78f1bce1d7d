using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace WasmLab.EmbeddedCluster.Api.Pki;

/// <summary>Who sends a request.</summary>
/// <param name="User">Name of the user.</param>
/// <param name="Groups">Groups of the user.</param>
/// <param name="Audience">Which API of this server the credential is for.</param>
internal sealed record ClientIdentity(string User, IReadOnlyList<string> Groups, string Audience)
{
    private const string CommonName = "2.5.4.3";
    private const string OrganizationName = "2.5.4.10";
    private const string OrganizationalUnitName = "2.5.4.11";

    /// <summary>The group that may do everything.</summary>
    public const string Administrators = "system:masters";

    /// <summary>The parts of this process.</summary>
    public static ClientIdentity Internal { get; } = new("system:wasmlab", [Administrators, "system:authenticated"], "");

    /// <summary>The audience of an API that is mounted at a path: short enough for a certificate, whatever the path.</summary>
    public static string AudienceOf(string path) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..32];

    /// <summary>The identity that the subject of a certificate tells.</summary>
    public static ClientIdentity Of(X509Certificate2 certificate)
    {
        var parts = certificate.SubjectName.EnumerateRelativeDistinguishedNames()
            .ToLookup(part => part.GetSingleElementType().Value, part => part.GetSingleElementValue() ?? "");
        return new(
            parts[CommonName].FirstOrDefault() ?? "",
            [.. parts[OrganizationName], "system:authenticated"],
            parts[OrganizationalUnitName].FirstOrDefault() ?? "");
    }
}
