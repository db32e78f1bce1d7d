using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using WasmLab.EmbeddedCluster;
using WasmLab.EmbeddedCluster.Api;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;
using WasmLab.Tests.Support;
using static WasmLab.Tests.EmbeddedCluster.Api.TestApi;

namespace WasmLab.Tests.EmbeddedCluster.Api;

[Trait(Category.Name, Category.Unit)]
public sealed class ApiListenerTests : IDisposable
{
    private const string VirtualPath = "/virtualclusters/team/one";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Client_OfTheKubeConfig_IsServedOverTls()
    {
        await using var listener = await StartAsync();
        using var client = KubernetesClient.Connect(listener.IssueKubeConfig("lab"));

        (await client.GetReadyzAsync(Ct)).ShouldBe("ok");
        (await client.CreateAsync(Pod("a"), Ct)).Metadata.Name.ShouldBe("a");
        (await client.ListAsync<Pod>(null, null, Ct)).Items.Count.ShouldBe(1);
        client.Server.Scheme.ShouldBe("https");
    }

    [Fact]
    public async Task Client_WithoutACredential_Gets401()
    {
        await using var listener = await StartAsync();
        var config = listener.IssueKubeConfig("lab");
        config.Users[0].User = new();
        using var client = KubernetesClient.Connect(config);

        var exception = await Should.ThrowAsync<KubernetesException>(() => client.GetVersionAsync(Ct));

        exception.Code.ShouldBe(401);
        exception.Reason.ShouldBe("Unauthorized");
    }

    [Fact]
    public async Task Client_OfAnEarlierRun_IsStillServed()
    {
        KubeConfig config;
        await using (var first = await StartAsync())
        {
            config = first.IssueKubeConfig("lab");
        }

        await using var second = await StartAsync();
        config.Clusters[0].Cluster.Server = second.Address.AbsoluteUri;
        using var client = KubernetesClient.Connect(config);

        (await client.GetReadyzAsync(Ct)).ShouldBe("ok");
    }

    [Fact]
    public async Task Client_OfAnApiThatIsGone_Gets404()
    {
        await using var listener = await StartAsync();
        using var server = new ApiServer(NullLoggerFactory.Instance, TimeProvider.System);
        listener.Mount(VirtualPath, server);
        using var inner = KubernetesClient.Connect(listener.IssueKubeConfig("inner", VirtualPath));
        (await inner.GetReadyzAsync(Ct)).ShouldBe("ok");

        listener.Unmount(VirtualPath);

        (await Should.ThrowAsync<KubernetesException>(() => inner.ListAsync<Pod>(null, null, Ct))).Code.ShouldBe(404);
    }

    [Fact]
    public async Task Mount_UnderAPath_IsAnApiOfItsOwnWithCredentialsOfItsOwn()
    {
        await using var listener = await StartAsync();
        using var server = new ApiServer(NullLoggerFactory.Instance, TimeProvider.System);
        listener.Mount(VirtualPath, server);
        using var host = KubernetesClient.Connect(listener.IssueKubeConfig("host"));
        using var inner = KubernetesClient.Connect(listener.IssueKubeConfig("inner", VirtualPath));

        await inner.CreateAsync(Pod("inside"), Ct);
        (await host.ListAsync<Pod>(null, null, Ct)).Items.ShouldBeEmpty();
        (await inner.ListAsync<Pod>(null, null, Ct)).Items.Count.ShouldBe(1);

        var crossed = listener.IssueKubeConfig("crossed", VirtualPath);
        crossed.Clusters[0].Cluster.Server = listener.Address.AbsoluteUri;
        using var intruder = KubernetesClient.Connect(crossed);
        (await Should.ThrowAsync<KubernetesException>(() => intruder.ListAsync<Pod>(null, null, Ct))).Code.ShouldBe(401);
    }

    [Fact]
    public async Task Start_OnATakenPort_SaysWhichSettingToChange()
    {
        await using var first = await StartAsync();
        await using var second = new ApiListener(Options(first.Address.Port), NullLoggerFactory.Instance, TimeProvider.System);

        var exception = await Should.ThrowAsync<StartupException>(() => second.StartAsync(Ct));

        exception.Message.ShouldStartWith($"port {first.Address.Port} (--api-port, WasmLab:Api:Port) is taken");
    }

    [Fact]
    public async Task Authority_IsForItsOwnerOnly()
    {
        await using var listener = await StartAsync();
        listener.IssueKubeConfig("lab").Save(_directory["kubeconfig"]);

        if (!OperatingSystem.IsWindows())
        {
            foreach (var file in new[] { _directory["pki/ca.key"], _directory["kubeconfig"] })
            {
                File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }
        }
    }

    [Fact]
    public async Task Watches_OnOneConnection_AreManyAtOnce()
    {
        const int Many = 150;
        await using var listener = await StartAsync();
        using var client = KubernetesClient.Connect(listener.IssueKubeConfig("lab"));
        await using var informers = new Informers();

        for (var i = 0; i < Many; i++)
        {
            await informers.AddAsync(new Informer<Pod>(client, "default"));
        }

        await client.CreateAsync(Pod("a"), Ct);
        await Wait.UntilAsync("every informer sees the pod", () => informers.All.All(informer => informer.Find("a", "default") is not null));
    }

    [Fact]
    public async Task Request_OverHttp1_IsServedToo()
    {
        await using var listener = await StartAsync();
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true };
        using var http = new HttpClient(handler) { DefaultRequestVersion = HttpVersion.Version11 };

        using var response = await http.GetAsync(listener.Address, Ct);

        response.Version.ShouldBe(HttpVersion.Version11);
        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    private ClusterOptions Options(int port = 0) => new() { StateDirectory = _directory.Path, KubeConfigPath = _directory["kubeconfig"], ApiPort = port };

    private async Task<ApiListener> StartAsync()
    {
        var listener = new ApiListener(Options(), NullLoggerFactory.Instance, TimeProvider.System);
        listener.Mount("", new ApiServer(NullLoggerFactory.Instance, TimeProvider.System));
        await listener.StartAsync(Ct);
        return listener;
    }

    private sealed class Informers : IAsyncDisposable
    {
        public List<Informer<Pod>> All { get; } = [];

        public async Task AddAsync(Informer<Pod> informer)
        {
            All.Add(informer);
            await informer.StartAsync(Ct);
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var informer in All)
            {
                await informer.DisposeAsync();
            }
        }
    }
}
