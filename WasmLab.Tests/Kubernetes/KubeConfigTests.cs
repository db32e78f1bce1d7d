using WasmLab.Kubernetes;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Kubernetes;

[Trait(Category.Name, Category.Unit)]
public sealed class KubeConfigTests
{
    private const string Yaml = """
        apiVersion: v1
        kind: Config
        preferences: {}
        current-context: one
        clusters:
        - name: c1
          cluster: {server: "https://127.0.0.1:6443", certificate-authority-data: aGVsbG8=, extra: kept}
        users:
        - name: u1
          user: {token: secret}
        contexts:
        - name: one
          context: {cluster: c1, user: u1, namespace: team}
        - name: broken
          context: {cluster: missing, user: u1}
        """;

    [Fact]
    public void Resolve_CurrentContext_GivesItsParts()
    {
        var (cluster, user, context) = KubeConfig.Parse(Yaml).Resolve();

        cluster.Server.ShouldBe("https://127.0.0.1:6443");
        cluster.CertificateAuthorityData.ShouldBe("hello"u8.ToArray());
        user.Token.ShouldBe("secret");
        context.Namespace.ShouldBe("team");
    }

    [Theory]
    [InlineData("two", "the kubeconfig has no context 'two'; it has 'one', 'broken'")]
    [InlineData("broken", "context 'broken' names cluster 'missing', which the kubeconfig does not have")]
    public void Resolve_WhatIsNotThere_SaysSo(string context, string message) =>
        Should.Throw<InvalidOperationException>(() => KubeConfig.Parse(Yaml).Resolve(context)).Message.ShouldBe(message);

    [Fact]
    public void Save_ThenLoad_KeepsWhatItDoesNotKnow()
    {
        using var directory = new TemporaryDirectory();
        KubeConfig.Parse(Yaml).Save(directory["deep/config"]);

        var loaded = KubeConfig.Load(directory["deep/config"]);

        loaded.Clusters[0].Cluster.UnknownFields!["extra"].GetString().ShouldBe("kept");
        loaded.UnknownFields!.ContainsKey("preferences").ShouldBeTrue();
        loaded.CurrentContext.ShouldBe("one");
        Directory.GetFiles(directory["deep"]).ShouldHaveSingleItem();
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(directory["deep/config"]).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Fact]
    public void Merge_OfTheSameNames_ReplacesThem()
    {
        var config = KubeConfig.Parse(Yaml);
        var other = KubeConfig.Create("c1", new("https://127.0.0.1:1"), "ca", "cert", "key");

        config.Merge(other);

        config.Clusters.ShouldHaveSingleItem().Cluster.Server.ShouldBe("https://127.0.0.1:1");
        config.Contexts.Select(context => context.Name).ShouldBe(["one", "broken", "c1"]);
        config.CurrentContext.ShouldBe("one");
    }

    [Fact]
    public void Remove_Context_TakesWhatOnlyItNeeds()
    {
        var config = KubeConfig.Parse(Yaml);

        config.Remove("one");

        config.Clusters.ShouldBeEmpty();
        config.Users.Count.ShouldBe(1);
        config.CurrentContext.ShouldBeNull();
    }

    [Fact]
    public void Load_NoKubeConfig_NamesTheFile()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["x"], "clusters: 7");

        Should.Throw<FormatException>(() => KubeConfig.Load(directory["x"])).Message.ShouldContain(directory["x"]);
    }

    [Fact]
    public void Connect_ToNoAddress_IsRefused()
    {
        var config = KubeConfig.Parse(Yaml);
        config.Clusters[0].Cluster.Server = "nonsense";

        Should.Throw<InvalidOperationException>(() => KubernetesClient.Connect(config)).Message.ShouldContain("'nonsense' is no http or https address");
    }
}
