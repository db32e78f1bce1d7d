using System.Diagnostics;
using System.Text;
using System.Text.Json;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;
using WasmLab.Oci;
using WasmLab.Tests.Assets;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Nodes;

/// <summary>The cluster's node runs its pods through a real containerd.</summary>
[Trait(Category.Name, Category.Node)]
[Collection(NodeCollection.Name)]
public sealed class CriNodeTests(NodeFixture node) : IClassFixture<NodeFixture>, IAsyncLifetime
{
    private static readonly string[] Flavors = ["native", "embed", "runtime"];

    private ClusterProcess _cluster = null!;
    private string[] _before = [];

    private KubernetesClient Client => _cluster.Client;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        node.Require();
        _before = await RealNode.ContainersAsync();
        _cluster = await ClusterProcess.StartAsync(
            "api,node,controllers,ingress", "--container-runtime-endpoint", RealNode.Endpoint, "--node-ip", RealNode.Address);
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
            (await RealNode.ContainersAsync()).Except(_before).ShouldBeEmpty("a node that stops takes its pods with it");
        }
    }

    [Fact]
    public async Task Flavors_Applied_AnswerThroughTheIngress()
    {
        foreach (var flavor in Flavors)
        {
            await ApplyAsync(await File.ReadAllTextAsync(AssetFiles.PathOf($"manifests/{flavor}.yaml"), Cancelled));
        }

        using var http = new HttpClient();
        var ingress = _cluster.ReadyLine.Split("ingress=")[1].Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
        foreach (var flavor in Flavors)
        {
            var pod = await PodAsync(flavor, IsReady);
            pod.Status.PodIP.ShouldStartWith($"10.88.{RealNode.Number}.");
            pod.Status.ContainerStatuses[0].ContainerID.ShouldStartWith("containerd://");
            var answer = await Wait.ForAsync($"the answer of {flavor}", () => TryGetAsync(http, $"{ingress}/{flavor}/get?a=1"), text => text is not null);
            answer.ShouldStartWith($$"""{"flavor":"{{flavor}}","args":{"a":"1"}""");
            (await LogAsync(flavor)).ShouldContain("listening on 0.0.0.0:3000");
        }

        var node = (await Client.ListAsync<Node>(ct: Cancelled)).Items.Single();
        node.Status.NodeInfo!.ContainerRuntimeVersion.ShouldStartWith("containerd://1.6.");
        node.Status.RuntimeHandlers.Select(handler => handler.Name).ShouldBe(["", "runc", RealNode.Handler]);
        node.Status.Addresses[0].Address.ShouldBe(RealNode.Address);
    }

    [Fact]
    public async Task Pod_Deleted_LeavesNothingInContainerd()
    {
        await ApplyAsync(await File.ReadAllTextAsync(AssetFiles.PathOf("manifests/runtime.yaml"), Cancelled));
        await PodAsync("runtime", IsReady);
        (await RealNode.ContainersAsync()).Length.ShouldBe(2, "a container and its pod's own");

        // A module hears no SIGTERM: it is killed after its grace period.
        await Client.DeleteAsync<Pod>("runtime", "default", null, Cancelled);
        await Wait.UntilAsync("the pod is gone", async () => await Client.FindAsync<Pod>("runtime", "default", Cancelled) is null);

        (await RealNode.ContainersAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Container_KilledAndSandboxKilled_RunAgain()
    {
        await ApplyAsync(Pod("web", "wasmlab/httpbin:native"));
        var pod = await PodAsync("web", IsReady);

        Process.GetProcessById(await ProcessOfAsync("/httpbin")).Kill();
        pod = await PodAsync("web", found => IsReady(found) && found.Status.ContainerStatuses[0].RestartCount == 1);
        pod.Status.ContainerStatuses[0].LastState.Terminated!.ExitCode.ShouldBe(137);

        Process.GetProcessById(await ProcessOfAsync("/bin/busybox sleep infinity")).Kill();
        await PodAsync("web", found => IsReady(found) && found.Status.ContainerStatuses[0].RestartCount == 2);
        (await WarningsAsync("web", "Normal")).ShouldContain("SandboxChanged: Pod sandbox changed, it will be killed and re-created.");
        (await RealNode.ContainersAsync()).Length.ShouldBe(2, "the sandbox before is removed");
    }

    [Fact]
    public async Task Pod_WithVolumesVariablesAndTheHostsNamespaces_HasThem()
    {
        await ApplyAsync("""
            apiVersion: v1
            kind: ConfigMap
            metadata: { name: settings }
            data: { mode: fast, other: "1" }
            """);
        await ApplyAsync("""
            apiVersion: v1
            kind: Pod
            metadata: { name: host }
            spec:
              hostPID: true
              hostNetwork: true
              restartPolicy: Never
              volumes:
              - { name: root, hostPath: { path: /, type: Directory } }
              - { name: settings, configMap: { name: settings } }
              - { name: scratch, emptyDir: {} }
              containers:
              - name: shell
                image: wasmlab/pause:1
                command: [/bin/busybox, sh, -c, "echo mode=$MODE file=$(/bin/busybox cat /etc/settings/mode) ip=$IP; echo one >/scratch/one; /bin/busybox cat /proc/1/comm /host/etc/debian_version; touch /host/x 2>/dev/null || echo read-only; exit 7"]
                env:
                - { name: MODE, valueFrom: { configMapKeyRef: { name: settings, key: mode } } }
                - { name: IP, valueFrom: { fieldRef: { fieldPath: status.podIP } } }
                securityContext: { privileged: true }
                volumeMounts:
                - { name: root, mountPath: /host, readOnly: true }
                - { name: settings, mountPath: /etc/settings }
                - { name: scratch, mountPath: /scratch }
            """);

        var pod = await PodAsync("host", found => found.Status.Phase == "Failed");

        pod.Status.PodIP.ShouldBe(RealNode.Address);
        pod.Status.ContainerStatuses[0].State.Terminated!.ExitCode.ShouldBe(7);
        var log = await LogAsync("host");
        log.ShouldStartWith($"mode=fast file=fast ip={RealNode.Address}\n");
        log.ShouldContain(await File.ReadAllTextAsync("/proc/1/comm", Cancelled));
        log.ShouldEndWith("read-only\n");
        await Wait.UntilAsync("a pod that has ended keeps no sandbox", async () => (await RealNode.ContainersAsync()).Length == 0);
    }

    [Fact]
    public async Task Links_Broken_PodsSayWhatContainerdSays()
    {
        await ApplyAsync("""
            apiVersion: node.k8s.io/v1
            kind: RuntimeClass
            metadata: { name: wasmedge }
            handler: wasmedgev1
            ---
            apiVersion: node.k8s.io/v1
            kind: RuntimeClass
            metadata: { name: other }
            handler: other
            """);
        await ApplyAsync(Pod("no-handler", "wasmlab/httpbin:runtime", "runtimeClassName: other"));
        await ApplyAsync(Pod("no-image", "wasmlab/httpbin:none", container: "imagePullPolicy: Never"));
        await ApplyAsync(Pod("no-registry", "127.0.0.1:1/httpbin:none"));
        await ApplyAsync(Pod("no-program", "wasmlab/httpbin:native", container: "command: [/missing]"));
        await RealNode.LoadAsync("wasmlab/httpbin:executable", FlavorImages.Runtime("runtime", LayerEntry.Executable));
        await ApplyAsync(Pod("wasm-on-runc", "wasmlab/httpbin:runtime"));
        await ApplyAsync(Pod("program-on-runc", "wasmlab/httpbin:executable"));
        await ApplyAsync(Pod("native-on-wasm", "wasmlab/httpbin:native", "runtimeClassName: wasmedge"));

        await Wait.UntilAsync("the handler's reason", async () => (await WarningsAsync("no-handler")).Contains(
            "FailedCreatePodSandBox: Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox runtime: no runtime for \"other\" is configured"));
        await PodAsync("no-image", pod => WaitingReason(pod) == "ErrImageNeverPull");
        var pulled = await PodAsync("no-registry", pod => WaitingReason(pod) is "ErrImagePull" or "ImagePullBackOff");
        pulled.Status.ContainerStatuses[0].State.Waiting!.Message!.ShouldContain("failed to resolve reference \"127.0.0.1:1/httpbin:none\"");
        await StartErrorAsync("no-program", "exec: \"/missing\": stat /missing: no such file or directory");
        await StartErrorAsync("wasm-on-runc", "exec: \"/httpbin.wasm\": permission denied");
        await PodAsync("program-on-runc", pod => WaitingReason(pod) == "CrashLoopBackOff");
        await Wait.ForAsync("its log", () => LogAsync("program-on-runc"), log => log.Contains("exec format error", StringComparison.Ordinal));
        await PodAsync("native-on-wasm", pod => WaitingReason(pod) == "CrashLoopBackOff");
        await Wait.ForAsync("its log", () => LogAsync("native-on-wasm"), log => log.Contains("could not get wasmedge result from VM", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Node_Killed_NextOneTakesOverAndRemovesOnlyItsOwn()
    {
        await ApplyAsync(Pod("web", "wasmlab/httpbin:native"));
        await PodAsync("web", IsReady);
        await using var other = await ClusterProcess.StartAsync("api,node,controllers", "--container-runtime-endpoint", RealNode.Endpoint);
        await ApplyAsync(other.Client, Pod("web", "wasmlab/httpbin:native"));
        await PodAsync(other.Client, "web", IsReady);
        var before = await RealNode.ContainersAsync();
        before.Length.ShouldBe(4);

        await _cluster.KillAsync();
        await _cluster.RestartAsync();

        var after = await RealNode.ContainersAsync();
        after.Length.ShouldBe(2);
        after.ShouldBeSubsetOf(before);
        (await PodAsync(other.Client, "web", IsReady)).Status.ContainerStatuses[0].RestartCount.ShouldBe(0);
    }

    [Fact]
    public async Task Containerd_Stopped_NodeIsNotReadyAndPodsGoOn()
    {
        await ApplyAsync(Pod("web", "wasmlab/httpbin:native"));
        await PodAsync("web", IsReady);

        UnixSignal.Send(await RealNode.ContainerdAsync(), "TERM");
        var notReady = await ReadyConditionAsync("False");
        notReady.Reason.ShouldBe("KubeletNotReady");
        notReady.Message.ShouldStartWith("container runtime is down: rpc error: code = Unavailable desc = dial unix ");
        await RealNode.RunAsync("restart");
        await ReadyConditionAsync("True");

        (await PodAsync("web", IsReady)).Status.ContainerStatuses[0].RestartCount.ShouldBe(0);
        await Client.DeleteAsync<Pod>("web", "default", null, Cancelled);
        await Wait.UntilAsync("the pod is gone", async () => await Client.FindAsync<Pod>("web", "default", Cancelled) is null);
    }

    private static string Pod(string name, string image, string pod = "restartPolicy: Always", string container = "stdin: false") => $$"""
        apiVersion: v1
        kind: Pod
        metadata: { name: {{name}} }
        spec:
          terminationGracePeriodSeconds: 1
          {{pod}}
          containers:
          - { name: main, image: "{{image}}", {{container}} }
        """;

    private static bool IsReady(Pod pod) => pod.Status.Conditions.Any(condition => condition is { Type: "Ready", Status: "True" });

    private static string? WaitingReason(Pod pod) => pod.Status.ContainerStatuses is [{ State.Waiting.Reason: var reason }] ? reason : null;

    private async Task StartErrorAsync(string name, string words)
    {
        var pod = await PodAsync(name, pod => pod.Status.ContainerStatuses is [{ LastState.Terminated.Reason: "StartError" }]);
        pod.Status.ContainerStatuses[0].LastState.Terminated!.Message!.ShouldContain(words);
    }

    private static async Task<string?> TryGetAsync(HttpClient http, string address)
    {
        using var response = await http.GetAsync(new Uri(address), Cancelled);
        return response.IsSuccessStatusCode ? await response.Content.ReadAsStringAsync(Cancelled) : null;
    }

    private static async Task<int> ProcessOfAsync(string command)
    {
        var tasks = await RealNode.RunAsync("ctr", "tasks", "ls");
        return tasks.Split('\n').Skip(1)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields.Length == 3)
            .Select(fields => int.Parse(fields[1], System.Globalization.CultureInfo.InvariantCulture))
            .Single(process => File.ReadAllText($"/proc/{process}/cmdline").Replace('\0', ' ').Trim() == command);
    }

    private Task ApplyAsync(string yaml) => ApplyAsync(Client, yaml);

    private static async Task ApplyAsync(KubernetesClient client, string yaml)
    {
        foreach (var manifest in Manifest.Parse(yaml))
        {
            await client.ApplyAsync(manifest, "test", null, Cancelled);
        }
    }

    private Task<Pod> PodAsync(string name, Func<Pod, bool> accept) => PodAsync(Client, name, accept);

    private async Task<Pod> PodAsync(KubernetesClient client, string name, Func<Pod, bool> accept) => await Wait.ForAsync(
        $"pod {name}",
        () => client.GetAsync<Pod>(name, "default", Cancelled),
        accept,
        pod => JsonSerializer.Serialize(pod.Status, KubernetesJson.Options) + "\n" + _cluster.Output);

    private async Task<Condition> ReadyConditionAsync(string status) => await Wait.ForAsync(
        $"the node's condition Ready is {status}",
        async () => (await Client.ListAsync<Node>(ct: Cancelled)).Items.Single().Status.Conditions.Single(condition => condition.Type == "Ready"),
        condition => condition.Status == status);

    private async Task<string> LogAsync(string pod)
    {
        await using var log = await Client.ReadLogAsync(pod, "default", ct: Cancelled);
        using var reader = new StreamReader(log, Encoding.UTF8);
        return await reader.ReadToEndAsync(Cancelled);
    }

    private async Task<string[]> WarningsAsync(string pod, string type = "Warning")
    {
        var events = await Client.ListAsync<Event>("default", ct: Cancelled);
        return [.. events.Items.Where(item => item.Type == type && item.InvolvedObject.Name == pod).Select(item => $"{item.Reason}: {item.Message}")];
    }
}
