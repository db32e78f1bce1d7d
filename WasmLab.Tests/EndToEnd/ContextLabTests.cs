using System.Text.Json.Nodes;
using WasmLab.Hosting.WasmShims;
using WasmLab.Kubernetes.Objects;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EndToEnd;

/// <summary>
/// The lab on a cluster that is there already: another process with its API, node and controllers. The lab's ingress and virtual clusters are a
/// process of the lab, which reaches the pods through that API alone.
/// </summary>
[Trait(Category.Name, Category.EndToEnd)]
public sealed class ContextLabTests : IAsyncLifetime
{
    private static readonly string[] s_namespaces = ["native", "embed", "runtime"];

    private readonly TemporaryDirectory _folder = new();
    private ClusterProcess _cluster = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string State => _folder["state"];

    private Dictionary<string, string> Environment => new() { ["KUBECONFIG"] = _cluster.KubeConfigPath };

    private string Imported => File.Exists(_folder["imported"]) ? File.ReadAllText(_folder["imported"]) : "";

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in of the node's containerd is a shell script.");
        _cluster = await ClusterProcess.StartAsync();
        _cluster.InstallShim();
        WriteContainerd();
        WriteWasmEdge();

        // What the stand-in imports is in the node's store because that is where the lab builds.
        Directory.CreateDirectory(State);
        Directory.CreateDirectory(Path.Combine(_cluster.StateDirectory, "images"));
        Directory.CreateSymbolicLink(Path.Combine(State, "images"), Path.Combine(_cluster.StateDirectory, "images"));
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }

        _folder.Dispose();
    }

    [Fact]
    public async Task Lab_OnAClusterOfAContext_ComesUpStaysAsItIsAndGoesWithoutATrace()
    {
        var userKubeConfig = File.ReadAllBytes(_cluster.KubeConfigPath);

        var (rehearsalCode, rehearsal) = await RunAsync("--dry-run");
        rehearsalCode.ShouldBe(0, rehearsal);
        rehearsal.ShouldContain("kubectl create namespace native");
        (await NamespacesAsync()).ShouldBeEmpty();
        Imported.ShouldBeEmpty();

        var first = await RunReadyAsync();
        (await NamespacesAsync()).ShouldBe(s_namespaces, ignoreOrder: true);
        foreach (var flavor in NativeFlavor.Runnable)
        {
            Imported.ShouldContain($"docker.io/wasmlab/httpbin:{flavor} ");
        }

        var imported = Imported;
        var second = await RunReadyAsync();
        second.ShouldBe(first, "a second run changed the pods");
        Imported.ShouldBe(imported);

        var (removalCode, removal) = await RunAsync("--remove");
        removalCode.ShouldBe(0, removal);
        (await NamespacesAsync()).ShouldBeEmpty();
        (await _cluster.Client.ListAsync<RuntimeClass>(ct: Token)).Items.ShouldBeEmpty();
        (await _cluster.Client.ListAsync<IngressClass>(ct: Token)).Items.ShouldBeEmpty();
        (await _cluster.Client.ListAsync<Pod>(ct: Token)).Items.ShouldBeEmpty();
        Imported.ShouldBeEmpty();

        var (againCode, again) = await RunAsync("--remove");
        againCode.ShouldBe(0, again);
        again.ShouldNotContain("kubectl delete");
        File.ReadAllBytes(_cluster.KubeConfigPath).ShouldBe(userKubeConfig);
    }

    [Fact]
    public async Task Lab_NamespaceOfSomebodyElse_IsNotTouched()
    {
        await _cluster.Client.CreateAsync(new Namespace { Metadata = { Name = "native" } }, Token);

        var (code, output) = await RunAsync("--WasmLab:ExitWhenReady=true", "--WasmLab:ReadyTimeout=00:00:30");

        code.ShouldBe(1, output);
        output.ShouldContain("namespace 'native' already, which the lab did not create");
        (await _cluster.Client.GetAsync<Namespace>("native", ct: Token)).Metadata.Labels.ShouldNotContainKey("app.kubernetes.io/managed-by");
    }

    [Fact]
    public async Task Lab_UnknownContext_SaysWhichThereAre()
    {
        await using var lab = LabProcess.StartIn(
            State, Environment, "--cluster", "context", "--context", "nowhere", "--WasmLab:ExitWhenReady=true", "--WasmLab:ReadyTimeout=00:00:10");

        (await lab.WaitForExitAsync(Token)).ShouldBe(1);
        lab.Output.ShouldContain("has no context 'nowhere'; it has 'wasmlab'");
    }

    /// <summary>Brings the lab up, asks every flavor and the doctor, ends it.</summary>
    /// <returns>The pods on the cluster, by what changes when one is replaced or restarted.</returns>
    private async Task<IReadOnlyList<string>> RunReadyAsync()
    {
        await using var lab = Start();
        await lab.WaitForOutputAsync("  runtime ", Token);
        using var http = new HttpClient();
        foreach (var flavor in NativeFlavor.Runnable)
        {
            var answer = JsonNode.Parse(await http.GetStringAsync(lab.AddressOf(flavor), Token))!;
            answer["flavor"]!.GetValue<string>().ShouldBe(flavor);
            answer["url"]!.GetValue<string>().ShouldBe("/get?foo=bar");
        }

        var (code, report) = await RunAsync("--doctor");
        code.ShouldBe(0, report);
        report.ShouldContain("links hold");

        var pods = await _cluster.Client.ListAsync<Pod>(ct: Token);
        return [.. pods.Items.Select(pod => $"{pod.Metadata.Name} {pod.Metadata.Uid} {pod.Metadata.Generation} {pod.Status.ContainerStatuses.Single().ContainerID}")
            .Order(StringComparer.Ordinal)];
    }

    private async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        await using var lab = Start(arguments);
        var code = await lab.WaitForExitAsync(Token);
        return (code, lab.Output);
    }

    private LabProcess Start(params string[] arguments) => LabProcess.StartIn(State, Environment,
    [
        "--cluster", "context", "--context", "wasmlab",
        "--WasmLab:Ingress:Reach=portforward",
        "--WasmLab:Shim:Source=existing",
        $"--WasmLab:Nodes:Shell=env PATH={_folder["bin"]}:/usr/bin:/bin",
        "--WasmLab:Images:EmbedBase=" + _folder["wasmedge"],
        .. arguments,
    ]);

    private async Task<IReadOnlyList<string>> NamespacesAsync() =>
        [.. (await _cluster.Client.ListAsync<Namespace>(ct: Token)).Items.Select(ns => ns.Metadata.Name!)
            .Where(name => s_namespaces.Contains(name) || name.StartsWith("wasmlab", StringComparison.Ordinal))];

    /// <summary>A <c>ctr</c> that keeps a list of the images it has.</summary>
    private void WriteContainerd()
    {
        Directory.CreateDirectory(_folder["bin"]);
        var ctr = Path.Combine(_folder["bin"], "ctr");
        File.WriteAllText(ctr, $$"""
            #!/bin/sh
            list='{{_folder["imported"]}}'
            touch "$list"
            shift 2
            case "$1 $2 $3" in
            'images ls -q') cut -d' ' -f1 "$list" ;;
            'images ls '*) cat "$list" ;;
            'images import '*)
                index=$(tar -xOf "$3" index.json)
                name=$(echo "$index" | sed 's/.*"io.containerd.image.name":"\([^"]*\)".*/\1/')
                digest=$(echo "$index" | sed 's/.*"digest":"\([^"]*\)".*/\1/')
                echo "$name application/vnd.oci.image.manifest.v1+json $digest" >>"$list" ;;
            'images rm '*)
                shift 2
                for name in "$@"; do
                    grep -v "^$name " "$list" >"$list.new" || true
                    mv "$list.new" "$list"
                done ;;
            *) echo "ctr: what is '$*'?" >&2; exit 1 ;;
            esac
            """);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(ctr, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>The folder that the embed image is built on: the lab's own runtime by the name of WasmEdge.</summary>
    private void WriteWasmEdge()
    {
        var folder = Path.Combine(_folder["wasmedge"], "usr", "bin");
        Directory.CreateDirectory(folder);
        foreach (var (path, file) in ShimFiles.Of(AppContext.BaseDirectory))
        {
            var copy = new FileInfo(Path.Combine(folder, path == "wasmlab-shim" ? "wasmedge" : path));
            copy.Directory!.Create();
            file.CopyTo(copy.FullName);
        }
    }
}
