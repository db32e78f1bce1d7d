using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace WasmLab.Kubernetes;

/// <summary>Makes the network transport that a kubeconfig describes.</summary>
internal static class KubeConfigTransport
{
    public static KubernetesClient Connect(KubeConfig config, string? context)
    {
        var (cluster, user, _) = config.Resolve(context);
        if (!Uri.TryCreate(cluster.Server, UriKind.Absolute, out var server) || server.Scheme is not ("https" or "http"))
        {
            throw new InvalidOperationException($"the kubeconfig's server '{cluster.Server}' is no http or https address");
        }

        var handler = new SocketsHttpHandler
        {
            // A watch a kind is open for as long as the client: one HTTP/2 connection has a limit of streams.
            EnableMultipleHttp2Connections = true,
            PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
            ConnectTimeout = TimeSpan.FromSeconds(15),
            AutomaticDecompression = DecompressionMethods.GZip,
            UseCookies = false,
        };
        if (server.IsLoopback)
        {
            handler.UseProxy = false;
        }
        else if (cluster.ProxyUrl is { Length: > 0 } proxy)
        {
            handler.Proxy = new WebProxy(proxy);
        }

        Trust(handler.SslOptions, cluster, config.Directory);
        HttpMessageHandler transport = handler;
        if (user.Exec is { } exec)
        {
            transport = new ExecCredentialHandler(exec, config.Directory, handler);
        }
        else
        {
            Identify(handler.SslOptions, user, config.Directory);
            if (Authorization(user, config.Directory) is { } authorization)
            {
                transport = new AuthorizationHandler(authorization, handler);
            }
        }

        return new(new HttpMessageInvoker(transport), server);
    }

    /// <summary>A certificate that TLS accepts on every system: a key that came as PEM is only in memory, which some refuse.</summary>
    public static X509Certificate2 ClientCertificate(string certificatePem, string keyPem)
    {
        using var certificate = X509Certificate2.CreateFromPem(certificatePem, keyPem);
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>Presents a client certificate; a certificate that is not asked for is not sent.</summary>
    public static void Present(SslClientAuthenticationOptions options, X509Certificate2 certificate)
    {
        options.ClientCertificates = [certificate];
        options.LocalCertificateSelectionCallback = (_, _, certificates, _, _) => certificates.Count > 0 ? certificates[0] : null!;
    }

    private static void Trust(SslClientAuthenticationOptions options, KubeCluster cluster, string? directory)
    {
        if (cluster.TlsServerName is { Length: > 0 } name)
        {
            options.TargetHost = name;
        }

        if (cluster.InsecureSkipTlsVerify == true)
        {
#pragma warning disable CA5359 // The kubeconfig asks for exactly that.
            options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
            return;
        }

        if (Pem(cluster.CertificateAuthorityData, cluster.CertificateAuthority, directory) is { } pem)
        {
            var roots = new X509Certificate2Collection();
            roots.ImportFromPem(pem);
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(roots);
        }
    }

    private static void Identify(SslClientAuthenticationOptions options, KubeUser user, string? directory)
    {
        if (Pem(user.ClientCertificateData, user.ClientCertificate, directory) is { } certificate
            && Pem(user.ClientKeyData, user.ClientKey, directory) is { } key)
        {
            Present(options, ClientCertificate(certificate, key));
        }
    }

    private static Func<AuthenticationHeaderValue>? Authorization(KubeUser user, string? directory)
    {
        if (user.TokenFile is { Length: > 0 } file)
        {
            var path = Absolute(file, directory);
            return () => new("Bearer", File.ReadAllText(path).Trim());
        }

        if (user.Token is { Length: > 0 } token)
        {
            return () => new("Bearer", token);
        }

        if (user.Username is { Length: > 0 } name)
        {
            var pair = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{user.Password}"));
            return () => new("Basic", pair);
        }

        return null;
    }

    private static string? Pem(byte[]? data, string? file, string? directory) =>
        data is { Length: > 0 } ? Encoding.UTF8.GetString(data)
        : file is { Length: > 0 } ? File.ReadAllText(Absolute(file, directory))
        : null;

    private static string Absolute(string file, string? directory) => directory is null ? Path.GetFullPath(file) : Path.GetFullPath(file, directory);

    private sealed class AuthorizationHandler(Func<AuthenticationHeaderValue> authorization, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Authorization = authorization();
            return base.SendAsync(request, cancellationToken);
        }
    }
}
