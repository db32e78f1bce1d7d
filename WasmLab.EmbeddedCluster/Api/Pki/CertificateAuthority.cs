using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace WasmLab.EmbeddedCluster.Api.Pki;

/// <summary>
/// Issues the server's certificate and those of its users. Only the authority's own certificate and key outlive a run,
/// so that kubeconfigs of earlier runs stay valid.
/// </summary>
internal sealed class CertificateAuthority : IDisposable
{
    private const string CertificateFile = "ca.crt";
    private const string KeyFile = "ca.key";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private static readonly TimeSpan s_authorityLifetime = TimeSpan.FromDays(3650);
    private static readonly TimeSpan s_certificateLifetime = TimeSpan.FromDays(365);

    private readonly X509Certificate2 _certificate;
    private readonly TimeProvider _time;
    private readonly ConditionalWeakTable<X509Certificate2, ClientIdentity> _known = [];

    private CertificateAuthority(X509Certificate2 certificate, TimeProvider time)
    {
        _certificate = certificate;
        _time = time;
        CertificatePem = certificate.ExportCertificatePem();
    }

    /// <summary>What clients trust.</summary>
    public string CertificatePem { get; }

    /// <summary>The authority of a directory, made if there is none, or one that ends within the life of what it would issue.</summary>
    public static CertificateAuthority LoadOrCreate(string directory, TimeProvider time)
    {
        var certificatePath = Path.Combine(directory, CertificateFile);
        var keyPath = Path.Combine(directory, KeyFile);
        if (File.Exists(certificatePath) && File.Exists(keyPath))
        {
            var loaded = X509Certificate2.CreateFromPemFile(certificatePath, keyPath);
            if (loaded.NotAfter > time.GetUtcNow() + s_certificateLifetime)
            {
                return new(loaded, time);
            }

            loaded.Dispose();
        }

        Directory.CreateDirectory(directory);
        var (certificate, keyPem) = Create(time);
        WritePrivate(keyPath, keyPem);
        WritePrivate(certificatePath, certificate.ExportCertificatePem());
        return new(certificate, time);
    }

    /// <summary>A certificate for this machine's own names.</summary>
    public X509Certificate2 IssueServerCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=kube-apiserver", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddDnsName("kubernetes");
        names.AddDnsName("kubernetes.default");
        names.AddDnsName("kubernetes.default.svc");
        names.AddDnsName("kubernetes.default.svc.cluster.local");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = Sign(request, ServerAuthentication);
        using var withKey = certificate.CopyWithPrivateKey(key);
        // A key that is only in memory is refused by TLS on some systems; one that came in a PKCS #12 is not.
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>A certificate and its key, as PEM, for a user of the API at one path of the server.</summary>
    public (string CertificatePem, string KeyPem) IssueClientCertificate(string user, string group, string path)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var subject = new X500DistinguishedNameBuilder();
        subject.AddOrganizationName(group);
        subject.AddOrganizationalUnitName(ClientIdentity.AudienceOf(path));
        subject.AddCommonName(user);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        using var certificate = Sign(request, ClientAuthentication);
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>Who a certificate that this authority issued belongs to; null for any other.</summary>
    public ClientIdentity? Identify(X509Certificate2? certificate)
    {
        if (certificate is null)
        {
            return null;
        }

        if (_known.TryGetValue(certificate, out var identity))
        {
            return identity;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(_certificate);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        if (!chain.Build(certificate))
        {
            return null;
        }

        identity = ClientIdentity.Of(certificate);
        _known.AddOrUpdate(certificate, identity);
        return identity;
    }

    public void Dispose() => _certificate.Dispose();

    private static (X509Certificate2 Certificate, string KeyPem) Create(TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=wasmlab-ca", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var now = time.GetUtcNow();
        return (request.CreateSelfSigned(now.AddHours(-1), now + s_authorityLifetime), key.ExportPkcs8PrivateKeyPem());
    }

    private X509Certificate2 Sign(CertificateRequest request, string purpose)
    {
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_certificate, true, false));
        var now = _time.GetUtcNow();
        return request.Create(_certificate, now.AddHours(-1), now + s_certificateLifetime, RandomNumberGenerator.GetBytes(16));
    }

    private static void WritePrivate(string path, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var writer = new StreamWriter(path, Encoding.ASCII, options);
        writer.Write(text);
    }
}
