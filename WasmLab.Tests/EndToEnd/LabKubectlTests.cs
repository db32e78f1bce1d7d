using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using WasmLab.Tests.Assets;
using WasmLab.Tests.EmbeddedCluster.Api;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EndToEnd;

/// <summary>The lab as its user sees it with kubectl and the printed kubeconfig. What a test takes away it puts back.</summary>
[Collection(LabCollection.Name)]
[Trait(Category.Name, Category.Client)]
public sealed class LabKubectlTests
{
    private static readonly string RuntimeManifest = AssetFiles.PathOf("manifests/runtime.yaml");

    private readonly LabFixture _fixture;
    private readonly CommandLineTool _kubectl;

    public LabKubectlTests(LabFixture fixture)
    {
        _fixture = fixture;
        var path = CommandLineTool.Find("kubectl", "KUBECTL");
        Assert.SkipUnless(path is not null, "kubectl is neither on PATH nor named by KUBECTL");
        _kubectl = Kubectl(path!, fixture.Lab.KubeConfig);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Get_OnTheHost_ShowsNodeAndCopiesReady()
    {
        await RunAsync("wait pod --all -A --for=condition=Ready --timeout=30s");

        var output = await RunAsync("get nodes,pods,svc,ing -A");

        output.ShouldMatch(@"(?m)^node/wasmlab +Ready ");
        foreach (var flavor in NativeFlavor.Runnable)
        {
            var name = $"{flavor}-x-default-x-{flavor}";
            output.ShouldMatch($@"(?m)^{flavor} +pod/{name} +1/1 +Running ");
            output.ShouldMatch($@"(?m)^{flavor} +service/{name} +ClusterIP +[\d.]+ +<none> +3000/TCP ");
            output.ShouldMatch($@"(?m)^{flavor} +ingress\.networking\.k8s\.io/{name} +nginx +localhost +localhost +80 ");
        }
    }

    [Fact]
    public async Task Get_InAVirtualCluster_ShowsItsObjectsAndWhatTheHostShares()
    {
        foreach (var flavor in NativeFlavor.Runnable)
        {
            await RunAsync($"--context {flavor} wait pod/{flavor} --for=condition=Ready --timeout=30s");

            var output = await RunAsync($"--context {flavor} get pods,nodes,svc,ing,runtimeclass,endpointslices -A");

            output.ShouldMatch($@"(?m)^default +pod/{flavor} +1/1 +Running ");
            output.ShouldMatch(@"(?m)^ +node/wasmlab +Ready ");
            output.ShouldMatch($@"(?m)^default +service/{flavor} +ClusterIP ");
            output.ShouldMatch($@"(?m)^default +ingress\.networking\.k8s\.io/{flavor} +nginx +localhost +localhost +80 ");
            output.ShouldMatch(@"(?m)^ +runtimeclass\.node\.k8s\.io/wasmedge +wasmedgev1 ");
            output.ShouldMatch($@"(?m)^default +endpointslice\.discovery\.k8s\.io/{flavor}-\w+ +IPv4 +3000 +127\.");
            output.ShouldNotContain("-x-");
            foreach (var other in NativeFlavor.Runnable.Where(other => other != flavor))
            {
                output.ShouldNotContain($"/{other}");
            }
        }
    }

    [Fact]
    public async Task DescribePod_ShowsItsEvents_InTheVirtualClustersNames()
    {
        foreach (var flavor in NativeFlavor.Runnable)
        {
            await RunAsync($"--context {flavor} wait pod/{flavor} --for=condition=Ready --timeout=30s");

            var output = await RunAsync($"--context {flavor} describe pod {flavor}");

            output.ShouldContain($"Successfully assigned default/{flavor} to wasmlab");
            output.ShouldMatch(@"(?m)^ +Normal +Pulled .+already present on machine$");
            output.ShouldMatch(@"(?m)^ +Normal +Started .+Started container httpbin$");
            output.ShouldNotContain("-x-");
            output.ShouldNotContain("<unknown>");
            output.ShouldNotMatch("(?im)^error|unable to|failed to");
        }
    }

    [Fact]
    public async Task Logs_ShowWhatTheProgramWrote()
    {
        foreach (var flavor in NativeFlavor.Runnable)
        {
            (await RunAsync($"--context {flavor} logs {flavor}")).ShouldStartWith("listening on 127.");
            (await RunAsync($"-n {flavor} logs {flavor}-x-default-x-{flavor} --tail=1")).ShouldStartWith("listening on 127.");
        }
    }

    [Fact]
    public async Task LogsFollow_StaysWithThePod_AndEndsWithIt()
    {
        const string Pod = """
            apiVersion: v1
            kind: Pod
            metadata: {name: followed}
            spec:
              runtimeClassName: wasmedge
              terminationGracePeriodSeconds: 1
              containers:
              - {name: main, image: wasmlab/httpbin:runtime}
            """;
        try
        {
            await RunAsync("--context runtime apply -f -", Pod);
            await RunAsync("--context runtime wait pod/followed --for=condition=Ready --timeout=30s");
            using var follow = _kubectl.Start("--context runtime logs -f followed".Split(' '));
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Token);
            deadline.CancelAfter(TimeSpan.FromSeconds(30));
            try
            {
                (await follow.StandardOutput.ReadLineAsync(deadline.Token))!.ShouldStartWith("listening on 127.");
                follow.HasExited.ShouldBeFalse();

                await RunAsync("--context runtime delete pod followed");

                (await follow.StandardOutput.ReadToEndAsync(deadline.Token)).ShouldBe("");
                await follow.WaitForExitAsync(deadline.Token);
                follow.ExitCode.ShouldBe(0);
            }
            finally
            {
                follow.Kill();
            }
        }
        finally
        {
            await RunAsync("--context runtime delete pod followed --ignore-not-found");
        }
    }

    [Fact]
    public async Task Manifest_DeletedAndAppliedAgain_GoesFromBothSidesAndComesBack()
    {
        try
        {
            var deleted = await RunAsync($"--context runtime delete -f {RuntimeManifest}");

            deleted.ShouldContain("runtimeclass.node.k8s.io \"wasmedge\" deleted");
            deleted.ShouldContain("pod \"runtime\" deleted");
            deleted.ShouldContain("service \"runtime\" deleted");
            deleted.ShouldContain("ingress.networking.k8s.io \"runtime\" deleted");
            (await RunAsync("--context runtime get pods,svc,ing -A")).ShouldBe("No resources found\n");
            await UntilOutputAsync("-n runtime get pods,svc,ing,endpointslices", output => output == "No resources found in runtime namespace.\n");
            await UntilOutputAsync("--context runtime get endpointslices -A", output => output == "No resources found\n");
            // The node's class is the host's to give and to take.
            await UntilOutputAsync("--context runtime get runtimeclass", output => output.Contains("wasmedgev1", StringComparison.Ordinal));
            await UntilAnswerAsync(HttpStatusCode.NotFound);
        }
        finally
        {
            await RunAsync($"--context runtime apply -f {RuntimeManifest}");
        }

        (await RunAsync("--context runtime wait pod/runtime --for=condition=Ready --timeout=30s")).ShouldContain("condition met");
        await UntilAnswerAsync(HttpStatusCode.OK);
        var again = await RunAsync($"--context runtime apply -f {RuntimeManifest}");
        again.ShouldContain("pod/runtime unchanged");
        again.ShouldContain("ingress.networking.k8s.io/runtime unchanged");
    }

    [Fact]
    public async Task Handler_Removed_PodSaysWhatIsMissing_AndRecoversWhenItIsBack()
    {
        var handler = Path.Combine(_fixture.Lab.StateDirectory, "node", "runtimes.d", "wasmedgev1.json");
        var removed = Path.Combine(_fixture.Lab.StateDirectory, "wasmedgev1.json");
        await RunAsync("--context runtime delete pod runtime");
        File.Move(handler, removed);
        try
        {
            await RunAsync($"--context runtime apply -f {RuntimeManifest}");

            await UntilOutputAsync(
                "--context runtime describe pod runtime",
                output => output.Contains("no runtime for \"wasmedgev1\" is configured", StringComparison.Ordinal));
            (await RunAsync("--context runtime get pod runtime")).ShouldMatch(@"runtime +0/1 +ContainerCreating +0 ");
            (await RunAsync("--context runtime get pod runtime -o jsonpath={.status.phase}")).Trim().ShouldBe("Pending");
            await UntilAnswerAsync(HttpStatusCode.ServiceUnavailable);
        }
        finally
        {
            File.Move(removed, handler);
        }

        await RunAsync("--context runtime wait pod/runtime --for=condition=Ready --timeout=30s");
        await UntilAnswerAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Credential_OfOneCluster_IsRefusedByTheOthers()
    {
        var contexts = (string[])["wasmlab", .. NativeFlavor.Runnable];
        foreach (var context in contexts)
        {
            foreach (var other in contexts)
            {
                var arguments = $"--context {context} --server {await ServerOfAsync(other)} get pods -A";

                var output = await RunAsync(arguments, exitCode: context == other ? 0 : 1);

                (context == other || output.Contains("must be logged in", StringComparison.Ordinal)).ShouldBeTrue(output);
            }
        }
    }

    [Fact]
    public async Task Namespace_DeletedInAVirtualCluster_TakesItsObjectsFromBothSides()
    {
        try
        {
            await RunAsync("--context runtime create namespace second");
            await RunAsync($"--context runtime apply -n second -f {RuntimeManifest}");
            await RunAsync("--context runtime create configmap -n second settings --from-literal=key=value");
            await RunAsync("--context runtime wait pod/runtime -n second --for=condition=Ready --timeout=30s");
            await UntilOutputAsync(
                "-n runtime get pods,svc,ing", output => Regex.Count(output, "/runtime-x-second-x-runtime ") == 3);

            (await RunAsync("--context runtime delete namespace second --timeout=30s")).ShouldContain("namespace \"second\" deleted");
        }
        finally
        {
            await RunAsync("--context runtime delete namespace second --ignore-not-found --timeout=30s");
        }

        await UntilOutputAsync("-n runtime get pods,svc,ing,endpointslices", output => !output.Contains("-x-second-", StringComparison.Ordinal));
        (await RunAsync("--context runtime get pods,svc,ing,configmaps -A")).ShouldNotContain("second");
        (await RunAsync("--context runtime get pods,svc,ing -A")).ShouldContain("pod/runtime ");
        await UntilAnswerAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task VirtualCluster_Deleted_TakesItsCopiesAndItsApi()
    {
        const string Manifest = """
            apiVersion: v1
            kind: Namespace
            metadata: {name: short}
            ---
            apiVersion: wasmlab.dev/v1alpha1
            kind: VirtualCluster
            metadata: {name: lived, namespace: short}
            """;
        using var directory = new TemporaryDirectory();
        try
        {
            await RunAsync("apply -f -", Manifest);
            await RunAsync("wait virtualcluster/lived -n short --for=jsonpath={.status.phase}=Running --timeout=30s");
            var config = (await RunAsync("get secret vc-lived -n short -o jsonpath={.data.config}")).Trim();
            await File.WriteAllTextAsync(directory["kubeconfig"], Encoding.UTF8.GetString(Convert.FromBase64String(config)), Token);
            var inside = Kubectl(CommandLineTool.Find("kubectl", "KUBECTL")!, directory["kubeconfig"]);
            await UntilOutputAsync(inside, ["get", "runtimeclass"], output => output.Contains("wasmedgev1", StringComparison.Ordinal));
            await inside.RunAsync(["apply", "-f", RuntimeManifest]);
            await inside.RunAsync(["wait", "pod/runtime", "--for=condition=Ready", "--timeout=30s"]);
            (await RunAsync("-n short get pods,svc,ing")).ShouldContain("pod/runtime-x-default-x-lived ");

            await RunAsync("-n short delete virtualcluster lived");

            await UntilOutputAsync(
                "-n short get pods,svc,ing,endpointslices,secrets", output => output == "No resources found in short namespace.\n");
            (await inside.RunAsync(["get", "pods"], exitCode: 1)).ShouldContain("the server could not find the requested resource");
        }
        finally
        {
            await RunAsync("delete namespace short --ignore-not-found --timeout=30s");
        }

        await UntilAnswerAsync(HttpStatusCode.OK);
    }

    private static CommandLineTool Kubectl(string path, string kubeConfig) =>
        new(path, new Dictionary<string, string> { ["KUBECONFIG"] = kubeConfig, ["HOME"] = Path.GetDirectoryName(kubeConfig)! });

    private async Task<string> ServerOfAsync(string context) =>
        (await RunAsync($"--context {context} config view --minify -o jsonpath={{.clusters[0].cluster.server}}")).Trim();

    private Task<string> RunAsync(string arguments, string? input = null, int exitCode = 0) =>
        _kubectl.RunAsync(arguments.Split(' '), input, exitCode);

    private Task UntilOutputAsync(string arguments, Func<string, bool> accept) => UntilOutputAsync(_kubectl, arguments.Split(' '), accept);

    private static Task UntilOutputAsync(CommandLineTool tool, string[] arguments, Func<string, bool> accept) =>
        Wait.ForAsync($"kubectl {string.Join(' ', arguments)}", () => tool.RunAsync(arguments), accept);

    private Task UntilAnswerAsync(HttpStatusCode status) => Wait.UntilAsync($"the ingress answers {status}", async () =>
    {
        using var response = await _fixture.Http.GetAsync(_fixture.Lab.AddressOf("runtime"), Token);
        return response.StatusCode == status;
    });
}
