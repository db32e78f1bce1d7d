using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;
using WasmLab.Tests.Assets;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Nodes;

/// <summary>The whole lab on a real node: its flavors answer, and the doctor names each link that is broken on purpose.</summary>
[Trait(Category.Name, Category.Node)]
[Collection(NodeCollection.Name)]
public sealed class RealNodeLabTests : IClassFixture<RealNodeLab>
{
    private const string DefaultNamespace = "default";

    private readonly RealNodeLab _lab;

    public RealNodeLabTests(RealNodeLab lab)
    {
        lab.Require();
        _lab = lab;
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lab_Ready_ThreeFlavorsAnswerAndTheDoctorIsGreen()
    {
        using var http = new HttpClient();
        foreach (var flavor in (string[])["native", "embed", "runtime"])
        {
            (await http.GetStringAsync(_lab.Lab.AddressOf(flavor), Cancelled)).ShouldStartWith($$"""{"flavor":"{{flavor}}",""");
        }

        var (output, code) = await _lab.DoctorAsync();

        code.ShouldBe(0, output);
        output.ShouldContain("links hold.");
        var pods = await _lab.Host.ListAsync<Pod>("runtime", ct: Cancelled);
        pods.Items.Single().Status.ContainerStatuses[0].ContainerID.ShouldStartWith("containerd://");
        (await RealNode.RunAsync("ctr", "containers", "ls")).ShouldContain("docker.io/wasmlab/httpbin:runtime");
    }

    [Fact]
    public async Task Handler_NotInTheConfiguration_IsNamed() =>
        await ExpectAsync("Handler", "wasmedgev1", () => EditAsync(text => text.Replace("runtimes.wasmedgev1", "runtimes.other", StringComparison.Ordinal)));

    [Fact]
    public async Task Handler_InTheSectionOfAnotherVersion_IsNamed() =>
        await ExpectAsync("Handler", "section", () => EditAsync(text => text.Replace(
            "\"io.containerd.grpc.v1.cri\".containerd.runtimes.wasmedgev1", "\"io.containerd.cri.v1.runtime\".containerd.runtimes.wasmedgev1", StringComparison.Ordinal)));

    [Fact]
    public async Task Program_Missing_IsNamed() =>
        await ExpectAsync("Shim", RealNode.WasmRuntime, () => MoveAsync(RealNode.WasmRuntime));

    [Fact]
    public async Task Program_NotExecutable_IsNamed() => await ExpectAsync("Shim", "not executable", () =>
    {
        var mode = File.GetUnixFileMode(RealNode.WasmRuntime);
        File.SetUnixFileMode(RealNode.WasmRuntime, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return Task.FromResult<Func<Task>>(() =>
        {
            File.SetUnixFileMode(RealNode.WasmRuntime, mode);
            return Task.CompletedTask;
        });
    });

    [Fact]
    public async Task RuntimeClass_MissingOnTheHost_IsNamed() => await ExpectAsync("RuntimeClass wasmedge", "not on the host cluster", async () =>
    {
        var runtimeClass = await _lab.Host.GetAsync<RuntimeClass>("wasmedge", ct: Cancelled);
        await _lab.Host.DeleteAsync<RuntimeClass>("wasmedge", ct: Cancelled);
        return async () => await _lab.Host.CreateAsync(new RuntimeClass
        {
            Metadata = { Name = "wasmedge", Labels = runtimeClass.Metadata.Labels },
            Handler = runtimeClass.Handler,
        });
    });

    [Fact]
    public async Task Image_NotOnTheNode_IsNamed() => await ExpectAsync("Pod native", "does not have the image", async () =>
    {
        const string image = "docker.io/wasmlab/httpbin:native";
        await RealNode.RunAsync("ctr", "images", "tag", image, "docker.io/wasmlab/kept:native");
        await RealNode.RunAsync("ctr", "images", "rm", image);
        await ReplacePodAsync("native", ("imagePullPolicy: IfNotPresent", "imagePullPolicy: Never"));
        return async () =>
        {
            await RealNode.RunAsync("ctr", "images", "tag", "docker.io/wasmlab/kept:native", image);
            await RealNode.RunAsync("ctr", "images", "rm", "docker.io/wasmlab/kept:native");
            await ReplacePodAsync("native");
        };
    });

    [Fact]
    public async Task Handler_OfAnOrdinaryRuntime_IsNamed() => await ExpectAsync("Pod runtime", "a handler that is a plain OCI runtime", async () =>
    {
        var repair = await EditAsync(text => text.Replace("bin/crun-wasm", "bin/crun", StringComparison.Ordinal));
        await ReplacePodAsync("runtime");
        return async () =>
        {
            await repair();
            await ReplacePodAsync("runtime");
        };
    });

    [Fact]
    public async Task Image_OfANativeProgramOnTheWasmHandler_IsNamed() => await ExpectAsync("Pod runtime", "takes the program's file for a module", async () =>
    {
        await ReplacePodAsync("runtime", ("wasmlab/httpbin:runtime", "wasmlab/httpbin:native"));
        return () => ReplacePodAsync("runtime");
    });

    [Fact]
    public async Task Service_WithAWrongSelector_IsNamed() => await ExpectAsync("Service embed", "leads to no ready pod", async () =>
    {
        await ApplyAsync("embed", "Service", ("arch: embed", "arch: other"));
        return () => ApplyAsync("embed", "Service");
    });

    [Fact]
    public async Task Ingress_Missing_IsNamed() => await ExpectAsync("Ingress embed", "not in namespace embed of the host", async () =>
    {
        using var embed = _lab.Connect("embed");
        await embed.DeleteAsync<Ingress>("embed", DefaultNamespace, ct: Cancelled);
        return () => ApplyAsync("embed", "Ingress");
    });

    [Fact]
    public async Task Pod_Deleted_IsNamed() => await ExpectAsync("Pod native", "not in virtual cluster native", async () =>
    {
        await DeletePodAsync("native");
        return () => ApplyAsync("native", "Pod");
    });

    [Fact]
    public async Task Containerd_Down_IsNamed() => await ExpectAsync("Node wasmlab", "container runtime is down", async () =>
    {
        UnixSignal.Send(await RealNode.ContainerdAsync(), "TERM");
        return () => RealNode.RunAsync("restart");
    });

    [Fact]
    public async Task ApiServer_Down_IsNamed()
    {
        // What the lab knows, at an address where nobody answers.
        using var state = new TemporaryDirectory();
        var port = _lab.Host.Server.Port;
        await File.WriteAllTextAsync(state["kubeconfig"], (await File.ReadAllTextAsync(_lab.Lab.KubeConfig, Cancelled)).Replace($":{port}", ":1", StringComparison.Ordinal), Cancelled);

        var (output, code) = await _lab.DoctorAsync(state.Path);

        code.ShouldBe(1);
        Broken(output, "API server").ShouldContain("does not answer");
    }

    // Breaks something, and expects that the doctor names the link, with words that tell what is wrong, and no cause that it has not
    // understood; then repairs it, and expects that the flavors answer again.
    private async Task ExpectAsync(string link, string words, Func<Task<Func<Task>>> breakAsync)
    {
        var repair = await breakAsync();
        try
        {
            var (output, _) = await Wait.ForAsync(
                $"the doctor names {link}", _lab.DoctorAsync, result => Broken(result.Output, link).Contains(words, StringComparison.OrdinalIgnoreCase), result => result.Output);
            output.ShouldContain("links broken: ");
            Broken(output, link).ShouldNotContain("cause:  the node says so");
        }
        finally
        {
            await repair();
        }

        using var http = new HttpClient();
        foreach (var flavor in (string[])["native", "embed", "runtime"])
        {
            await Wait.UntilAsync($"{flavor} answers again", async () =>
            {
                using var response = await http.GetAsync(_lab.Lab.AddressOf(flavor), Cancelled);
                return response.IsSuccessStatusCode;
            });
        }
    }

    // The lines of a broken link: what was found, cause and remedy.
    private static string Broken(string output, string link)
    {
        var lines = output.Split('\n');
        var at = Array.FindIndex(lines, line => line.TrimStart().StartsWith("BROKEN", StringComparison.Ordinal) && line.Contains(link, StringComparison.Ordinal));
        return at < 0 ? "" : string.Join('\n', lines.Skip(at).Take(3));
    }

    private static async Task<Func<Task>> EditAsync(Func<string, string> edit)
    {
        var before = await File.ReadAllTextAsync(RealNode.Configuration, Cancelled);
        edit(before).ShouldNotBe(before);
        await WriteAsync(edit(before));
        return () => WriteAsync(before);

        static async Task WriteAsync(string text)
        {
            await File.WriteAllTextAsync(RealNode.Configuration, text, CancellationToken.None);
            await RealNode.RunAsync("restart");
        }
    }

    private static Task<Func<Task>> MoveAsync(string file)
    {
        File.Move(file, file + ".away");
        return Task.FromResult<Func<Task>>(() =>
        {
            File.Move(file + ".away", file);
            return Task.CompletedTask;
        });
    }

    private async Task ReplacePodAsync(string flavor, params (string Old, string New)[] changes)
    {
        await DeletePodAsync(flavor);
        await ApplyAsync(flavor, "Pod", changes);
    }

    private async Task DeletePodAsync(string flavor)
    {
        using var client = _lab.Connect(flavor);
        await client.DeleteAsync<Pod>(flavor, DefaultNamespace, new DeleteOptions { GracePeriodSeconds = 1 }, CancellationToken.None);
        await Wait.UntilAsync("the pod is gone", async () => await client.FindAsync<Pod>(flavor, DefaultNamespace, Cancelled) is null);
    }

    private async Task ApplyAsync(string flavor, string kind, params (string Old, string New)[] changes)
    {
        var yaml = await File.ReadAllTextAsync(AssetFiles.PathOf($"manifests/{flavor}.yaml"), CancellationToken.None);
        foreach (var (old, replacement) in changes)
        {
            yaml.ShouldContain(old);
            yaml = yaml.Replace(old, replacement, StringComparison.Ordinal);
        }

        using var client = _lab.Connect(flavor);
        foreach (var manifest in Manifest.Parse(yaml).Where(item => (string?)item["kind"] == kind))
        {
            await client.ApplyAsync(manifest, "wasmlab", DefaultNamespace, CancellationToken.None);
        }
    }
}
