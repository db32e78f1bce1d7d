using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using WasmLab.Kubernetes.Objects;
using WasmLab.Kubernetes.Yaml;

namespace WasmLab.Kubernetes;

/// <summary>A kubeconfig: clusters, users, and contexts that pair them.</summary>
public sealed class KubeConfig : Extensible
{
    /// <summary>Always <c>v1</c>.</summary>
    public string ApiVersion { get; set; } = "v1";

    /// <summary>Always <c>Config</c>.</summary>
    public string Kind { get; set; } = "Config";

    /// <summary>The servers.</summary>
    public List<NamedCluster> Clusters { get; set => field = value ?? []; } = [];

    /// <summary>The credentials.</summary>
    public List<NamedUser> Users { get; set => field = value ?? []; } = [];

    /// <summary>Pairs of a cluster and a user.</summary>
    public List<NamedContext> Contexts { get; set => field = value ?? []; } = [];

    /// <summary>The context used when none is named.</summary>
    [JsonPropertyName("current-context")]
    public string? CurrentContext { get; set; }

    /// <summary>Where it was loaded from; relative paths in it start there.</summary>
    [JsonIgnore]
    public string? Directory { get; private set; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="FormatException">It is no kubeconfig; the message names the file.</exception>
    public static KubeConfig Load(string path)
    {
        try
        {
            var config = Parse(File.ReadAllText(path));
            config.Directory = Path.GetDirectoryName(Path.GetFullPath(path));
            return config;
        }
        catch (FormatException exception)
        {
            throw new FormatException($"{path} is no kubeconfig: {exception.Message}", exception);
        }
    }

    /// <summary>Reads a text.</summary>
    /// <exception cref="FormatException">It is no kubeconfig.</exception>
    public static KubeConfig Parse(string yaml)
    {
        try
        {
            return YamlReader.Read(yaml) is [JsonObject document, ..]
                ? document.Deserialize<KubeConfig>(KubernetesJson.Options)!
                : throw new FormatException("it is empty");
        }
        catch (JsonException exception)
        {
            throw new FormatException(exception.Message, exception);
        }
    }

    /// <summary>Writes a file that only its owner can read, all at once: a reader sees the old or the new one.</summary>
    public void Save(string path)
    {
        var full = Path.GetFullPath(path);
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        var temporary = $"{full}.{Guid.NewGuid():N}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            using (var writer = new StreamWriter(new FileStream(temporary, options)))
            {
                writer.Write(ToYaml());
            }

            File.Move(temporary, full, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>As text.</summary>
    public string ToYaml() => Manifest.ToYaml(JsonSerializer.SerializeToNode(this, KubernetesJson.Options)!);

    /// <summary>Takes the clusters, users and contexts of another one in, replacing those of the same name; keeps the current context if there is one.</summary>
    public void Merge(KubeConfig other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Clusters = [.. Clusters.Where(mine => other.Clusters.TrueForAll(theirs => theirs.Name != mine.Name)), .. other.Clusters];
        Users = [.. Users.Where(mine => other.Users.TrueForAll(theirs => theirs.Name != mine.Name)), .. other.Users];
        Contexts = [.. Contexts.Where(mine => other.Contexts.TrueForAll(theirs => theirs.Name != mine.Name)), .. other.Contexts];
        CurrentContext ??= other.CurrentContext;
    }

    /// <summary>Takes a context out, with its cluster and user unless another context needs them.</summary>
    public void Remove(string context)
    {
        if (Contexts.Find(entry => entry.Name == context)?.Context is not { } removed)
        {
            return;
        }

        Contexts.RemoveAll(entry => entry.Name == context);
        Clusters.RemoveAll(entry => entry.Name == removed.Cluster && Contexts.TrueForAll(other => other.Context.Cluster != entry.Name));
        Users.RemoveAll(entry => entry.Name == removed.User && Contexts.TrueForAll(other => other.Context.User != entry.Name));
        if (CurrentContext == context)
        {
            CurrentContext = null;
        }
    }

    /// <summary>The cluster and user of a context.</summary>
    /// <param name="context">Its name; null is the current one.</param>
    /// <exception cref="InvalidOperationException">Something is missing; the message says what.</exception>
    public (KubeCluster Cluster, KubeUser User, KubeContext Context) Resolve(string? context = null)
    {
        var name = context ?? CurrentContext
            ?? throw new InvalidOperationException("the kubeconfig has no current-context; name a context");
        var found = Contexts.Find(entry => entry.Name == name)?.Context
            ?? throw new InvalidOperationException(
                $"the kubeconfig has no context '{name}'; it has {string.Join(", ", Contexts.Select(entry => $"'{entry.Name}'"))}");
        var cluster = Clusters.Find(entry => entry.Name == found.Cluster)?.Cluster
            ?? throw new InvalidOperationException($"context '{name}' names cluster '{found.Cluster}', which the kubeconfig does not have");
        var user = Users.Find(entry => entry.Name == found.User)?.User ?? new KubeUser();
        return (cluster, user, found);
    }

    /// <summary>
    /// A kubeconfig of one context alone, whose cluster and user are named as it is. Paths in it are absolute, so it can be saved anywhere.
    /// </summary>
    /// <param name="context">The context; null is the current one.</param>
    /// <exception cref="InvalidOperationException">Something is missing; the message says what.</exception>
    public KubeConfig Extract(string? context = null)
    {
        var name = context ?? CurrentContext;
        var (cluster, user, found) = Resolve(name);
        MakePathsAbsolute();
        return new()
        {
            Clusters = { new() { Name = name!, Cluster = cluster } },
            Users = { new() { Name = name!, User = user } },
            Contexts = { new() { Name = name!, Context = new() { Cluster = name!, User = name!, Namespace = found.Namespace } } },
            CurrentContext = name,
        };
    }

    /// <summary>Frees it from the folder it was loaded from.</summary>
    internal void MakePathsAbsolute()
    {
        foreach (var cluster in Clusters.Select(entry => entry.Cluster))
        {
            cluster.CertificateAuthority = Absolute(cluster.CertificateAuthority);
        }

        foreach (var user in Users.Select(entry => entry.User))
        {
            user.ClientCertificate = Absolute(user.ClientCertificate);
            user.ClientKey = Absolute(user.ClientKey);
            user.TokenFile = Absolute(user.TokenFile);
            if (user.Exec is { } exec && Path.GetFileName(exec.Command) != exec.Command)
            {
                // A bare name is found on the PATH.
                exec.Command = Absolute(exec.Command)!;
            }
        }

        string? Absolute(string? path) => path is { Length: > 0 } && Directory is not null ? Path.GetFullPath(path, Directory) : path;
    }

    /// <summary>A cluster, a user and a context, all of the same name.</summary>
    public static KubeConfig Create(string name, Uri server, string certificateAuthorityPem, string clientCertificatePem, string clientKeyPem)
    {
        ArgumentNullException.ThrowIfNull(server);
        return new()
        {
            Clusters =
            {
                new() { Name = name, Cluster = new() { Server = server.AbsoluteUri.TrimEnd('/'), CertificateAuthorityData = Bytes(certificateAuthorityPem) } },
            },
            Users =
            {
                new() { Name = name, User = new() { ClientCertificateData = Bytes(clientCertificatePem), ClientKeyData = Bytes(clientKeyPem) } },
            },
            Contexts = { new() { Name = name, Context = new() { Cluster = name, User = name } } },
            CurrentContext = name,
        };

        static byte[] Bytes(string pem) => System.Text.Encoding.ASCII.GetBytes(pem);
    }
}

/// <summary>A cluster and its name.</summary>
public sealed class NamedCluster : Extensible
{
    /// <summary>Its name.</summary>
    public string Name { get; set; } = "";

    /// <summary>The cluster.</summary>
    public KubeCluster Cluster { get; set => field = value ?? new(); } = new();
}

/// <summary>A user and its name.</summary>
public sealed class NamedUser : Extensible
{
    /// <summary>Its name.</summary>
    public string Name { get; set; } = "";

    /// <summary>The user.</summary>
    public KubeUser User { get; set => field = value ?? new(); } = new();
}

/// <summary>A context and its name.</summary>
public sealed class NamedContext : Extensible
{
    /// <summary>Its name.</summary>
    public string Name { get; set; } = "";

    /// <summary>The context.</summary>
    public KubeContext Context { get; set => field = value ?? new(); } = new();
}

/// <summary>How a server is reached and trusted.</summary>
public sealed class KubeCluster : Extensible
{
    /// <summary>Its address.</summary>
    public string Server { get; set; } = "";

    /// <summary>A PEM file of the authority that signed the server's certificate.</summary>
    [JsonPropertyName("certificate-authority")]
    public string? CertificateAuthority { get; set; }

    /// <summary>The same, in place; it wins over the file.</summary>
    [JsonPropertyName("certificate-authority-data")]
    public byte[]? CertificateAuthorityData { get; set; }

    /// <summary>The name that the server's certificate bears, if not that of the address.</summary>
    [JsonPropertyName("tls-server-name")]
    public string? TlsServerName { get; set; }

    /// <summary>Trust any certificate.</summary>
    [JsonPropertyName("insecure-skip-tls-verify")]
    public bool? InsecureSkipTlsVerify { get; set; }

    /// <summary>A proxy in between; null is the environment's.</summary>
    [JsonPropertyName("proxy-url")]
    public string? ProxyUrl { get; set; }
}

/// <summary>How a user proves to be one.</summary>
public sealed class KubeUser : Extensible
{
    /// <summary>A PEM file of the user's certificate.</summary>
    [JsonPropertyName("client-certificate")]
    public string? ClientCertificate { get; set; }

    /// <summary>The same, in place; it wins over the file.</summary>
    [JsonPropertyName("client-certificate-data")]
    public byte[]? ClientCertificateData { get; set; }

    /// <summary>A PEM file of the key of the user's certificate.</summary>
    [JsonPropertyName("client-key")]
    public string? ClientKey { get; set; }

    /// <summary>The same, in place; it wins over the file.</summary>
    [JsonPropertyName("client-key-data")]
    public byte[]? ClientKeyData { get; set; }

    /// <summary>A bearer token.</summary>
    public string? Token { get; set; }

    /// <summary>A file with a bearer token, read again when it may have changed.</summary>
    public string? TokenFile { get; set; }

    /// <summary>For basic authentication.</summary>
    public string? Username { get; set; }

    /// <summary>For basic authentication.</summary>
    public string? Password { get; set; }

    /// <summary>A program that knows the credentials.</summary>
    public KubeExec? Exec { get; set; }
}

/// <summary>A program that prints credentials (<c>client.authentication.k8s.io</c>).</summary>
public sealed class KubeExec : Extensible
{
    /// <summary>Version of what it prints.</summary>
    public string ApiVersion { get; set; } = "";

    /// <summary>The program.</summary>
    public string Command { get; set; } = "";

    /// <summary>Its arguments.</summary>
    public List<string> Args { get; set => field = value ?? []; } = [];

    /// <summary>Its environment, beyond that of this process.</summary>
    public List<KubeExecVariable> Env { get; set => field = value ?? []; } = [];
}

/// <summary>An environment variable of a credential program.</summary>
public sealed class KubeExecVariable : Extensible
{
    /// <summary>Its name.</summary>
    public string Name { get; set; } = "";

    /// <summary>Its value.</summary>
    public string Value { get; set; } = "";
}

/// <summary>A cluster, a user and a namespace.</summary>
public sealed class KubeContext : Extensible
{
    /// <summary>Name of the cluster.</summary>
    public string Cluster { get; set; } = "";

    /// <summary>Name of the user.</summary>
    public string User { get; set; } = "";

    /// <summary>The namespace used when none is named; null is <c>default</c>.</summary>
    public string? Namespace { get; set; }
}
