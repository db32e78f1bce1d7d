using WasmLab.Kubernetes;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Kubernetes;

[Trait(Category.Name, Category.Unit)]
public sealed class KubeConfigFilesTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_SeveralFiles_TheFirstWinsAndMissingOnesAreLeftOut()
    {
        var first = Write("first", """
            clusters: [{ name: c, cluster: { server: "https://first:6443" } }]
            contexts: [{ name: one, context: { cluster: c, user: u } }]
            """);
        var second = Write("second", """
            clusters: [{ name: c, cluster: { server: "https://second:6443" } }, { name: d, cluster: { server: "https://d:6443" } }]
            contexts: [{ name: one, context: { cluster: d, user: u } }, { name: two, context: { cluster: d, user: u } }]
            current-context: two
            """);

        var config = KubeConfigFiles.Load([first, _folder["missing"], second]);

        config.CurrentContext.ShouldBe("two");
        config.Resolve("one").Cluster.Server.ShouldBe("https://first:6443");
        config.Resolve("two").Cluster.Server.ShouldBe("https://d:6443");
    }

    [Fact]
    public void Load_NoFileThere_NamesTheFiles()
    {
        var failure = Should.Throw<FileNotFoundException>(() => KubeConfigFiles.Load([_folder["a"], _folder["b"]]));

        failure.Message.ShouldContain(_folder["a"]);
        failure.Message.ShouldContain(_folder["b"]);
    }

    [Fact]
    public void Extract_RelativePaths_AreThoseOfTheFileItCameFrom()
    {
        var path = Write("config", """
            apiVersion: v1
            kind: Config
            clusters: [{ name: c, cluster: { server: "https://c:6443", certificate-authority: ca.crt } }]
            users: [{ name: u, user: { client-certificate: u.crt, client-key: /absolute/u.key, exec: { apiVersion: v1, command: ./credentials } } }]
            contexts: [{ name: one, context: { cluster: c, user: u, namespace: here } }, { name: two, context: { cluster: c, user: u } }]
            """);

        var (cluster, user, context) = KubeConfigFiles.Load([path]).Extract("one").Resolve();

        cluster.CertificateAuthority.ShouldBe(_folder["ca.crt"]);
        user.ClientCertificate.ShouldBe(_folder["u.crt"]);
        user.ClientKey.ShouldBe(Path.GetFullPath("/absolute/u.key"));
        user.Exec!.Command.ShouldBe(_folder["credentials"]);
        context.ShouldSatisfyAllConditions(
            () => context.Cluster.ShouldBe("one"), () => context.User.ShouldBe("one"), () => context.Namespace.ShouldBe("here"));
    }

    [Fact]
    public void Extract_BareExecCommand_IsLeftToThePath()
    {
        var path = Write("config", """
            clusters: [{ name: c, cluster: { server: "https://c:6443" } }]
            users: [{ name: u, user: { exec: { apiVersion: v1, command: aws } } }]
            contexts: [{ name: one, context: { cluster: c, user: u } }]
            """);

        KubeConfigFiles.Load([path]).Extract("one").Resolve().User.Exec!.Command.ShouldBe("aws");
    }

    private string Write(string file, string yaml)
    {
        File.WriteAllText(_folder[file], yaml);
        return _folder[file];
    }
}
