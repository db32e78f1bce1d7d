using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;
using WasmLab.Oci;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Nodes;

/// <summary>Pods on a real cluster process.</summary>
[Trait(Category.Name, Category.EndToEnd)]
public sealed class NodeEndToEndTests : IAsyncLifetime
{
    private ClusterProcess _cluster = null!;

    private KubernetesClient Client => _cluster.Client;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the images' programs are Linux's");
        _cluster = await ClusterProcess.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }

    [Fact]
    public async Task NativePod_Applied_AnswersAndIsRestartedAndDeleted()
    {
        await SaveNativeAsync();
        await ApplyAsync(PodYaml("native"));
        var pod = await ReadyAsync("native");
        (await GetAsync(pod)).ShouldContain("\"flavor\":\"native\"");
        pod.Status.ContainerStatuses[0].ContainerID.ShouldStartWith("wasmlab://");

        // Killed from outside: restarted at once.
        Process.GetProcessById(ProcessesOf(pod).Single()).Kill();
        pod = await PodAsync("native", found => IsReady(found) && found.Status.ContainerStatuses[0].RestartCount == 1);
        pod.Status.ContainerStatuses[0].LastState.Terminated!.ExitCode.ShouldBe(137);
        (await GetAsync(pod)).ShouldContain("\"flavor\":\"native\"");

        await Client.DeleteAsync<Pod>("native", "default", null, TestContext.Current.CancellationToken);
        await Wait.UntilAsync("the pod is gone", () => Client.FindAsync<Pod>("native", "default").GetAwaiter().GetResult() is null);
        ProcessesIn(_cluster.StateDirectory).ShouldBeEmpty();
        (await EventsAsync("native")).ShouldBe(
            ["Scheduled", "Pulled", "Created", "Started", "Pulled", "Created", "Started", "Killing"], ignoreOrder: true, customMessage: "one event each, counted");
    }

    [Fact]
    public async Task RuntimePod_WaitsForItsHandler_RunsInTheShimAndSurvivesItsDeath()
    {
        await SaveWasmAsync();
        await ApplyAsync("""
            apiVersion: node.k8s.io/v1
            kind: RuntimeClass
            metadata: { name: wasmedge }
            handler: wasmedgev1
            """);
        await ApplyAsync(PodYaml("runtime", "runtimeClassName: wasmedge"));
        await Wait.UntilAsync("the reason", () => EventMessagesAsync("runtime").GetAwaiter().GetResult().Any(message =>
            message.EndsWith("failed to get sandbox runtime: no runtime for \"wasmedgev1\" is configured", StringComparison.Ordinal)));
        (await PodAsync("runtime", _ => true)).Status.Phase.ShouldBe("Pending");

        _cluster.InstallShim();
        var pod = await ReadyAsync("runtime");
        (await GetAsync(pod)).ShouldContain("\"flavor\":\"runtime\"");

        Process.GetProcessById(ProcessesMentioning("wasmlab-shim.dll").Single()).Kill();
        pod = await PodAsync("runtime", found => IsReady(found) && found.Status.ContainerStatuses[0].RestartCount == 1);
        (await GetAsync(pod)).ShouldContain("\"flavor\":\"runtime\"");
        var node = await Client.ListAsync<Event>("default", null, TestContext.Current.CancellationToken);
        node.Items.ShouldContain(item => item.Reason == "RuntimeRestarted" && item.InvolvedObject.Kind == "Node");

        // Removing the file removes the handler: what runs goes on, what is new waits.
        File.Delete(Path.Combine(_cluster.RuntimesDirectory, "wasmedgev1.json"));
        await Wait.UntilAsync("the node has one handler", () => Client.GetAsync<WasmLab.Kubernetes.Objects.Node>("wasmlab").GetAwaiter().GetResult().Status.RuntimeHandlers.Count == 2);
        (await GetAsync(pod)).ShouldContain("\"flavor\":\"runtime\"");
    }

    [Fact]
    public async Task EmbedPod_BesideOneOfTheSamePort_BindsToItsOwnAddressOnly()
    {
        await SaveNativeAsync();
        await SaveEmbedAsync();
        await ApplyAsync(PodYaml("native"));
        await ApplyAsync(PodYaml("embed"));

        (await GetAsync(await ReadyAsync("native"))).ShouldContain("\"flavor\":\"native\"");
        (await GetAsync(await ReadyAsync("embed"))).ShouldContain("\"flavor\":\"embed\"");
    }

    [Fact]
    public async Task Image_Missing_PodSaysSoAndRunsWhenItIsThere()
    {
        await ApplyAsync(PodYaml("native"));
        await PodAsync("native", found => found.Status.ContainerStatuses is [{ State.Waiting.Reason: "ErrImagePull" or "ImagePullBackOff" }]);

        await SaveNativeAsync();

        await ReadyAsync("native");
    }

    [Fact]
    public async Task Cluster_Killed_LeavesNoProcess()
    {
        await SaveNativeAsync();
        await SaveWasmAsync();
        _cluster.InstallShim();
        await ApplyAsync("""
            apiVersion: node.k8s.io/v1
            kind: RuntimeClass
            metadata: { name: wasmedge }
            handler: wasmedgev1
            """);
        await ApplyAsync(PodYaml("native"));
        await ApplyAsync(PodYaml("runtime", "runtimeClassName: wasmedge"));
        await ReadyAsync("native");
        await ReadyAsync("runtime");
        var children = ProcessesIn(_cluster.StateDirectory).Concat(ProcessesMentioning("wasmlab-shim.dll")).ToList();
        children.Count.ShouldBeGreaterThan(1);

        await _cluster.KillAsync();

        await Wait.UntilAsync("all have ended", () => children.TrueForAll(id => !Directory.Exists($"/proc/{id}")));
    }

    [Fact]
    public async Task Cluster_ParentGone_StopsPodsAndItself()
    {
        await SaveNativeAsync();
        await ApplyAsync(PodYaml("native"));
        await ReadyAsync("native");

        var code = await _cluster.CloseInputAsync();

        code.ShouldBe(0);
        ProcessesIn(_cluster.StateDirectory).ShouldBeEmpty();
    }

    [Fact]
    public async Task Service_ReadyPod_IsItsEndpoint_AndNamespaceDeletion_TakesAllAway()
    {
        await SaveNativeAsync();
        await ApplyAsync("apiVersion: v1\nkind: Namespace\nmetadata: { name: team }");
        await ApplyAsync(PodYaml("native"), "team");
        await ApplyAsync("""
            apiVersion: v1
            kind: Service
            metadata: { name: native }
            spec: { selector: { arch: native }, ports: [{ port: 3000 }] }
            """, "team");
        var pod = await PodAsync("native", IsReady, "team");
        var slice = await Wait.ForAsync(
            "the endpoint",
            async () => (await Client.ListAsync<EndpointSlice>("team")).Items.FirstOrDefault(),
            found => found is { Endpoints: [{ Conditions.Ready: true }] });
        slice!.Endpoints[0].Addresses.ShouldBe([pod.Status.PodIP!]);
        slice.Ports[0].Port.ShouldBe(3000);

        await Client.DeleteAsync<Namespace>("team", null, null, TestContext.Current.CancellationToken);

        await Wait.UntilAsync("the namespace is gone", () => Client.FindAsync<Namespace>("team").GetAwaiter().GetResult() is null);
        ProcessesIn(_cluster.StateDirectory).ShouldBeEmpty();
    }

    [Fact]
    public async Task Node_Started_IsReadyAndDescribed()
    {
        var node = await Client.GetAsync<WasmLab.Kubernetes.Objects.Node>("wasmlab", null, TestContext.Current.CancellationToken);

        node.Status.Conditions.Single(condition => condition.Type == "Ready").Status.ShouldBe("True");
        node.Status.NodeInfo!.ContainerRuntimeVersion.ShouldStartWith("wasmlab://");
        node.Status.Capacity.Keys.ShouldBe(["cpu", "memory", "pods"], ignoreOrder: true);
        node.Status.RuntimeHandlers.Select(handler => handler.Name).ShouldBe(["", "runc"]);
    }

    [Fact]
    public async Task Log_OfAPod_IsReadThroughTheApi()
    {
        await SaveScriptAsync("wasmlab/script:1", "echo one; echo two; while :; do sleep 0.05; done");
        await ApplyAsync(PodYaml("script").Replace("httpbin:script", "script:1", StringComparison.Ordinal));
        await PodAsync("script", found => found.Status.ContainerStatuses is [{ State.Running: not null }]);

        await Wait.ForAsync("the log", () => ReadLogAsync("script", new LogOptions()), text => text == "one\ntwo\n");
        (await ReadLogAsync("script", new LogOptions { TailLines = 1 })).ShouldBe("two\n");
    }

    private static string PodYaml(string flavor, string spec = "") => $$"""
        apiVersion: v1
        kind: Pod
        metadata: { name: {{flavor}}, labels: { arch: {{flavor}} } }
        spec:
          {{spec}}
          containers:
          - name: {{flavor}}
            image: wasmlab/httpbin:{{flavor}}
            ports: [{ containerPort: 3000 }]
            readinessProbe: { tcpSocket: { port: 3000 }, periodSeconds: 1 }
        """.Replace("readinessProbe", flavor == "script" ? "# readinessProbe" : "readinessProbe", StringComparison.Ordinal);

    private static string? FindAsset(string name)
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            var file = Path.Combine(directory.FullName, "assets", "modules", name);
            if (File.Exists(file))
            {
                return file;
            }
        }

        return null;
    }

    private async Task SaveNativeAsync()
    {
        var program = FindAsset("linux-x64/httpbin");
        Assert.SkipUnless(program is not null && System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.X64, "there is no native httpbin for this machine");
        var builder = new ImageBuilder { Entrypoint = ["/httpbin"] };
        builder.Environment["FLAVOR"] = "native";
        builder.AddLayer(LayerEntry.FromFile("/httpbin", program, LayerEntry.Executable));
        await _cluster.Images.SaveAsync(ImageReference.Parse("wasmlab/httpbin:native"), builder.Build());
    }

    private async Task SaveWasmAsync()
    {
        var module = FindAsset("httpbin.wasm");
        Assert.SkipUnless(module is not null, "there is no httpbin.wasm");
        var builder = new ImageBuilder { Entrypoint = ["/httpbin.wasm"] };
        builder.Environment["FLAVOR"] = "runtime";
        builder.AddLayer(LayerEntry.FromFile("/httpbin.wasm", module));
        await _cluster.Images.SaveAsync(ImageReference.Parse("wasmlab/httpbin:runtime"), builder.Build());
    }

    /// <summary>The module with the lab's own runtime under the name of WasmEdge.</summary>
    private async Task SaveEmbedAsync()
    {
        var module = FindAsset("httpbin.wasm");
        Assert.SkipUnless(module is not null, "there is no httpbin.wasm");
        string[] files = ["wasmlab-shim.dll", "wasmlab-shim.deps.json", "wasmlab-shim.runtimeconfig.json", "WasmLab.Wasm.dll", "System.CommandLine.dll"];
        var builder = new ImageBuilder { Command = ["wasmedge", "--env", "FLAVOR=embed", "--dir", ".:/", "/httpbin.wasm"] };
        builder.AddLayer(
        [
            LayerEntry.FromFile("/httpbin.wasm", module),
            LayerEntry.FromFile("/usr/local/bin/wasmedge", Path.Combine(AppContext.BaseDirectory, "wasmlab-shim"), LayerEntry.Executable),
            .. files.Select(file => LayerEntry.FromFile("/usr/local/bin/" + file, Path.Combine(AppContext.BaseDirectory, file))),
        ]);
        await _cluster.Images.SaveAsync(ImageReference.Parse("wasmlab/httpbin:embed"), builder.Build());
    }

    private async Task SaveScriptAsync(string name, string script)
    {
        var builder = new ImageBuilder { Entrypoint = ["/program"] };
        builder.AddLayer(LayerEntry.File("/program", Encoding.UTF8.GetBytes("#!/bin/sh\n" + script + "\n"), LayerEntry.Executable));
        await _cluster.Images.SaveAsync(ImageReference.Parse(name), builder.Build());
    }

    private async Task ApplyAsync(string yaml, string? ns = null)
    {
        foreach (var manifest in Manifest.Parse(yaml))
        {
            await Client.ApplyAsync(manifest, "test", ns, TestContext.Current.CancellationToken);
        }
    }

    private Task<Pod> ReadyAsync(string name) => PodAsync(name, IsReady);

    private static bool IsReady(Pod pod) => pod.Status.Conditions.Any(condition => condition is { Type: "Ready", Status: "True" });

    private async Task<Pod> PodAsync(string name, Func<Pod, bool> accept, string ns = "default") => await Wait.ForAsync(
        $"pod {name}",
        () => Client.GetAsync<Pod>(name, ns, TestContext.Current.CancellationToken),
        accept,
        pod => JsonSerializer.Serialize(pod.Status, KubernetesJson.Options) + "\n" + _cluster.Output);

    private static async Task<string> GetAsync(Pod pod)
    {
        using var http = new HttpClient();
        return await http.GetStringAsync(new Uri($"http://{pod.Status.PodIP}:3000/get?foo=bar"), TestContext.Current.CancellationToken);
    }

    private async Task<string> ReadLogAsync(string pod, LogOptions options)
    {
        await using var log = await Client.ReadLogAsync(pod, "default", options, TestContext.Current.CancellationToken);
        return await new StreamReader(log).ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    private async Task<List<string>> EventsAsync(string pod) =>
        [.. from item in (await Client.ListAsync<Event>("default", null, TestContext.Current.CancellationToken)).Items
            where item.InvolvedObject.Name == pod
            from _ in Enumerable.Range(0, item.Count ?? 1)
            select item.Reason];

    private async Task<List<string>> EventMessagesAsync(string pod) =>
        [.. (await Client.ListAsync<Event>("default", null, TestContext.Current.CancellationToken)).Items
            .Where(item => item.InvolvedObject.Name == pod)
            .Select(item => item.Message ?? "")];

    /// <summary>The processes that run a pod's programs: their files are below the state directory.</summary>
    private List<int> ProcessesOf(Pod pod) => ProcessesIn(Path.Combine(_cluster.StateDirectory, "node", "containers", pod.Status.ContainerStatuses[0].ContainerID!["wasmlab://".Length..]));

    private static List<int> ProcessesIn(string directory) =>
        [.. AllProcesses().Where(id => LinkOf(id, "exe")?.StartsWith(directory, StringComparison.Ordinal) == true)];

    private List<int> ProcessesMentioning(string text) =>
        [.. AllProcesses().Where(id => ParentOf(id) == _cluster.ProcessId && CommandLineOf(id).Contains(text, StringComparison.Ordinal))];

    private static IEnumerable<int> AllProcesses() => Directory.EnumerateDirectories("/proc")
        .Select(directory => int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var id) ? id : 0)
        .Where(id => id > 0);

    private static string? LinkOf(int id, string name)
    {
        try
        {
            return new FileInfo($"/proc/{id}/{name}").LinkTarget;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string CommandLineOf(int id) => Read($"/proc/{id}/cmdline");

    private static int ParentOf(int id) =>
        Read($"/proc/{id}/stat") is { Length: > 0 } stat ? int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture) : 0;

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
