using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using WasmLab.Hosting.Clusters;
using WasmLab.Hosting.Flavors;
using WasmLab.Hosting.Lab;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;
using WasmLab.Oci;
using WasmLab.Tests.EmbeddedAspire;
using WasmLab.Tests.Hosting.StandIns;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Hosting;

/// <summary>Images are built for the nodes' architecture, by docker where the lab has no program for it.</summary>
[Trait(Category.Name, Category.EndToEnd)]
public sealed class ImagePlatformTests : IAsyncLifetime
{
    private static readonly string Assets = Path.Combine(AspireSources.RepositoryRoot, "assets");

    private readonly StandInMachine _machine = new();
    private readonly TemporaryDirectory _state = new();
    private ClusterProcess _cluster = null!;
    private DistributedApplication _application = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _cluster = await ClusterProcess.StartAsync("api");
        var builder = TestApplication.CreateBuilder("--WasmLab:Cluster=minikube", $"--WasmLab:StateDirectory={_state.Path}");
        builder.AddCluster("cluster");
        builder.Services.AddSingleton(_machine.Runner);
        _application = builder.Build();
        _application.Services.GetRequiredService<ClusterConnections>().ConnectHost(KubeConfig.Load(_cluster.KubeConfigPath));
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        await _cluster.DisposeAsync();
        await _machine.DisposeAsync();
        _state.Dispose();
    }

    [Fact]
    public async Task Build_ForArm64Nodes_TakesDockerForTheProgram_AndNothingForTheModule()
    {
        await AddNodeAsync("one", "arm64");

        var native = await BuildAsync("native", new FlavorImageContent.Native(Path.Combine(Assets, "httpbin"), Path.Combine(Assets, "modules")));
        var runtime = await BuildAsync("runtime", new FlavorImageContent.Runtime(Path.Combine(Assets, "modules", "httpbin.wasm")));
        await BuildAsync("native", new FlavorImageContent.Native(Path.Combine(Assets, "httpbin"), Path.Combine(Assets, "modules")));

        native.Config.Architecture.ShouldBe("arm64");
        runtime.Config.Architecture.ShouldBe("arm64");
        var build = _machine.Tools.CallsOf("docker", "build").ShouldHaveSingleItem();
        build.Option("--platform").ShouldBe("linux/arm64");
        build.Option("-f").ShouldNotBeNull().ShouldEndWith("native.Dockerfile");
    }

    [Fact]
    public async Task Build_ForNodesOfSeveralArchitectures_IsRefused()
    {
        await AddNodeAsync("one", "amd64");
        await AddNodeAsync("two", "arm64");

        var failure = await Should.ThrowAsync<DistributedApplicationException>(
            BuildAsync("runtime", new FlavorImageContent.Runtime(Path.Combine(Assets, "modules", "httpbin.wasm"))));

        failure.Message.ShouldContain("amd64, arm64");
    }

    private async Task AddNodeAsync(string name, string architecture) => await _cluster.Client.CreateAsync(
        new Node { Metadata = { Name = name }, Status = { NodeInfo = new NodeSystemInfo { Architecture = architecture, OperatingSystem = "linux" } } }, Token);

    private async Task<ImageManifestInfo> BuildAsync(string flavor, FlavorImageContent content)
    {
        var services = _application.Services;
        var images = services.GetRequiredService<FlavorImages>();
        var reference = $"wasmlab/httpbin:{flavor}";
        var step = new LabStep(new ClusterResource(flavor), services, NullLogger.Instance, services.GetRequiredService<ResourceNotificationService>());
        await images.BuildAsync(flavor, new FlavorImageAnnotation(reference, content), step, Token);
        return images.Find(ImageReference.Parse(reference)).ShouldNotBeNull();
    }
}
