using System.Text.Json.Nodes;
using WasmLab.Kubernetes.Objects;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Api;

[Trait(Category.Name, Category.Client)]
public sealed class KubectlTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Manifest = """
        apiVersion: v1
        kind: Pod
        metadata:
          name: web
          labels: {app: web, state: before}
        spec:
          containers:
          - name: main
            image: registry.example/app:1
            ports:
            - containerPort: 8080
        ---
        apiVersion: v1
        kind: Service
        metadata:
          name: web
        spec:
          selector: {app: web}
          ports:
          - port: 80
            targetPort: 8080
        ---
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata:
          name: web
        spec:
          ingressClassName: nginx
          rules:
          - host: localhost
            http:
              paths:
              - path: /web
                pathType: Prefix
                backend:
                  service:
                    name: web
                    port:
                      number: 80
        """;

    private readonly CommandLineTool _kubectl = api.Tool("kubectl", "KUBECTL");

    [Fact]
    public async Task Version_AndResources_AreListed()
    {
        (await RunAsync("version")).ShouldContain("Server Version: v1.");
        var resources = await RunAsync("api-resources");
        resources.ShouldContain("ing");
        resources.ShouldContain("wasmlab.dev/v1alpha1");
        (await RunAsync("api-versions")).ShouldContain("discovery.k8s.io/v1");
        (await RunAsync("auth can-i create pods")).ShouldBe("yes\n");
        (await RunAsync("auth whoami -o jsonpath={.status.userInfo.username}")).ShouldContain("kubernetes-admin");
    }

    [Fact]
    public async Task Apply_Twice_CreatesThenLeavesUnchanged()
    {
        var ns = await api.CreateNamespaceAsync();

        (await RunAsync($"apply -n {ns} -f -", Manifest)).ShouldBe("pod/web created\nservice/web created\ningress.networking.k8s.io/web created\n");
        (await RunAsync($"apply -n {ns} -f -", Manifest)).ShouldBe("pod/web unchanged\nservice/web unchanged\ningress.networking.k8s.io/web unchanged\n");

        var changed = Manifest.Replace("app:1", "app:2", StringComparison.Ordinal);
        (await RunAsync($"diff -n {ns} -f -", changed, exitCode: 1)).ShouldContain("+  - image: registry.example/app:2");
        (await RunAsync($"apply -n {ns} -f -", changed)).ShouldContain("pod/web configured\n");
        (await RunAsync($"get pod web -n {ns} -o jsonpath={{.spec.containers[0].image}}")).Trim().ShouldBe("registry.example/app:2");
    }

    [Fact]
    public async Task Apply_ServerSide_TakesOverWhatWasAppliedByTheClient()
    {
        var ns = await api.CreateNamespaceAsync();
        await RunAsync($"apply -n {ns} -f -", Manifest);

        var output = await RunAsync($"apply --server-side -n {ns} -f -", Manifest);

        output.ShouldContain("pod/web serverside-applied\n");
        output.ShouldNotContain("Warning");
        (await RunAsync($"apply --server-side --field-manager=other -n {ns} -f -", Manifest.Replace("state: before", "state: other", StringComparison.Ordinal), exitCode: 1))
            .ShouldContain(".metadata.labels.state");
        await RunAsync($"apply --server-side --force-conflicts --field-manager=other -n {ns} -f -", Manifest.Replace("state: before", "state: other", StringComparison.Ordinal));
        (await RunAsync($"get pod web -n {ns} -o jsonpath={{.metadata.labels.state}}")).Trim().ShouldBe("other");
    }

    [Fact]
    public async Task Get_InEveryForm_ShowsTheObjects()
    {
        var ns = await api.CreateNamespaceAsync();
        await RunAsync($"apply -n {ns} -f -", Manifest);

        (await RunAsync($"get pods -n {ns}")).ShouldMatch(@"NAME +READY +STATUS +RESTARTS +AGE\nweb +0/1 +Pending +0 +\d+s");
        (await RunAsync($"get pods -n {ns} -o wide")).ShouldContain("NOMINATED NODE");
        (await RunAsync($"get svc,ing -n {ns}")).ShouldMatch(@"service/web +ClusterIP +10\.96\.[\d.]+ +<none> +80/TCP");
        (await RunAsync($"get ing -n {ns}")).ShouldMatch(@"web +nginx +localhost +80");
        (await RunAsync($"get pod web -n {ns} -o yaml")).ShouldContain("terminationGracePeriodSeconds: 30");
        (await RunAsync($"get pods -n {ns} -l app=web --field-selector status.phase=Pending -o name")).ShouldBe("pod/web\n");
        (await RunAsync($"get pods -n {ns} -l app=other")).ShouldContain("No resources found");
        (await RunAsync($"get all -n {ns} --chunk-size=1")).ShouldContain("service/web");
        (await RunAsync($"describe pod web -n {ns}")).ShouldContain("8080/TCP");
        (await RunAsync($"describe ing web -n {ns}")).ShouldContain("/web");
        (await RunAsync($"get pod nobody -n {ns}", exitCode: 1)).ShouldBe("Error from server (NotFound): pods \"nobody\" not found\n");
    }

    [Fact]
    public async Task Change_ByLabelAnnotationPatchAndEdit_IsMade()
    {
        var ns = await api.CreateNamespaceAsync();
        await RunAsync($"apply -n {ns} -f -", Manifest);

        await RunAsync($"label pod web -n {ns} tier=front");
        await RunAsync($"annotate pod web -n {ns} note=hello");
        await RunAsync(["patch", "pod", "web", "-n", ns, "--type=json", "-p", """[{"op":"add","path":"/metadata/labels/json","value":"1"}]"""]);
        await RunAsync(["patch", "pod", "web", "-n", ns, "--type=merge", "-p", """{"metadata":{"labels":{"merge":"1"}}}"""]);
        await RunAsync(["patch", "pod", "web", "-n", ns, "-p", """{"spec":{"containers":[{"name":"main","image":"registry.example/app:9"}]}}"""]);
        if (!OperatingSystem.IsWindows())
        {
            (await RunAsync($"edit pod web -n {ns}")).ShouldContain("pod/web edited");
        }

        using var client = api.CreateClient();
        var pod = await client.GetAsync<Pod>("web", ns, TestApi.Ct);
        pod.Metadata.Labels.Keys.ShouldBe(["app", "state", "tier", "json", "merge"], ignoreOrder: true);
        pod.Metadata.Annotations["note"].ShouldBe("hello");
        pod.Spec.Containers.ShouldHaveSingleItem().Image.ShouldBe("registry.example/app:9");
        pod.Metadata.Labels["state"].ShouldBe(OperatingSystem.IsWindows() ? "before" : "after");
    }

    [Fact]
    public async Task Wait_ForAConditionAndAField_EndsWhenTheyHold()
    {
        var ns = await api.CreateNamespaceAsync();
        await RunAsync($"apply -n {ns} -f -", Manifest);
        var waiting = RunAsync($"wait pod/web -n {ns} --for=condition=Ready --timeout=30s");

        using var client = api.CreateClient();
        await client.PatchAsync<Pod>(
            "web", ns, JsonNode.Parse("""{"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}}""")!, "status", TestApi.Ct);

        (await waiting).ShouldContain("pod/web condition met");
        (await RunAsync($"wait pod/web -n {ns} --for=jsonpath={{.status.phase}}=Running --timeout=30s")).ShouldContain("condition met");
    }

    [Fact]
    public async Task GetWatch_ShowsChangesAsTheyHappen()
    {
        var ns = await api.CreateNamespaceAsync();
        await RunAsync($"apply -n {ns} -f -", Manifest);
        using var watch = _kubectl.Start($"get pods -n {ns} -w".Split(' '));
        try
        {
            (await watch.StandardOutput.ReadLineAsync(TestApi.Ct))!.ShouldStartWith("NAME");
            (await watch.StandardOutput.ReadLineAsync(TestApi.Ct))!.ShouldContain("Pending");
            using var client = api.CreateClient();
            await client.PatchAsync<Pod>("web", ns, JsonNode.Parse("""{"status":{"phase":"Running"}}""")!, "status", TestApi.Ct);

            (await watch.StandardOutput.ReadLineAsync(TestApi.Ct).AsTask().WaitAsync(TimeSpan.FromSeconds(30), TestApi.Ct))!.ShouldContain("Running");
        }
        finally
        {
            watch.Kill();
        }
    }

    [Fact]
    public async Task Delete_AndWait_EndsWhenTheObjectIsGone()
    {
        var ns = await api.CreateNamespaceAsync();
        await RunAsync($"apply -n {ns} -f -", Manifest);
        using var client = api.CreateClient();
        await client.PatchAsync<Pod>("web", ns, JsonNode.Parse("""{"spec":{"nodeName":"n1"}}""")!, null, TestApi.Ct);

        var deleting = RunAsync($"delete -n {ns} --wait -f -", Manifest);
        await Wait.UntilAsync("the pod is marked", () => client.GetAsync<Pod>("web", ns, TestApi.Ct).GetAwaiter().GetResult().Metadata.DeletionTimestamp is not null);
        (await RunAsync($"get pods -n {ns}")).ShouldContain("Terminating");
        deleting.IsCompleted.ShouldBeFalse();

        await client.DeleteAsync<Pod>("web", ns, new() { GracePeriodSeconds = 0 }, TestApi.Ct);
        (await deleting).ShouldContain("service \"web\" deleted");
        (await RunAsync($"get all,ing -n {ns}")).ShouldContain("No resources found");
    }

    [Fact]
    public async Task Create_TypedObjects_SentInBinaryForm_AreCreated()
    {
        var ns = await api.CreateNamespaceAsync();

        await RunAsync($"create configmap -n {ns} config --from-literal=key=value");
        await RunAsync($"create secret -n {ns} generic secret --from-literal=key=value");
        await RunAsync($"create service -n {ns} clusterip svc --tcp=80:8080");
        await RunAsync($"create ingress -n {ns} ing --class=nginx --rule=localhost/x*=svc:80");
        await RunAsync($"run -n {ns} runner --image=registry.example/app:1 --restart=Never --env=A=b --command -- sleep 5");

        (await RunAsync($"get configmap config -n {ns} -o jsonpath={{.data.key}}")).Trim().ShouldBe("value");
        (await RunAsync($"get secret secret -n {ns} -o jsonpath={{.data.key}}")).Trim().ShouldBe("dmFsdWU=");
        (await RunAsync($"get service svc -n {ns} -o jsonpath={{.spec.ports[0].targetPort}}")).Trim().ShouldBe("8080");
        (await RunAsync($"get ing ing -n {ns} -o jsonpath={{.spec.rules[0].http.paths[0].pathType}}")).Trim().ShouldBe("Prefix");
        (await RunAsync($"get pod runner -n {ns} -o jsonpath={{.spec.containers[0].command}}")).Trim().ShouldBe("""["sleep","5"]""");
    }

    [Fact]
    public async Task Create_InvalidPod_ListsWhatIsWrong()
    {
        var ns = await api.CreateNamespaceAsync();

        var output = await RunAsync(
            $"create -n {ns} -f -",
            "apiVersion: v1\nkind: Pod\nmetadata: {name: Bad}\nspec:\n  containers:\n  - {name: a, image: i, ports: [{containerPort: 99999}]}\n",
            exitCode: 1);

        output.ShouldStartWith("The Pod \"Bad\" is invalid:");
        output.ShouldContain("* spec.containers[0].ports[0].containerPort: Invalid value: 99999: must be between 1 and 65535, inclusive");
        (await RunAsync(
            $"create -n {ns} -f -", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - {name: a, image: i, imge: j}\n", exitCode: 1))
            .ShouldContain("strict decoding error: unknown field \"spec.containers[0].imge\"");
    }

    [Fact]
    public async Task Explain_Fields_TellsTheirTypesAndMeaning()
    {
        var field = await RunAsync("explain pod.spec.runtimeClassName");
        field.ShouldContain("FIELD: runtimeClassName <string>");
        field.ShouldContain("RuntimeClass");
        (await RunAsync("explain ingress.spec.rules.http.paths")).ShouldContain("pathType\t<string> -required-");
        (await RunAsync("explain virtualcluster.status")).ShouldContain("server\t<string>");
    }

    [Fact]
    public async Task LogsAndEvents_AreShown()
    {
        var ns = await api.CreateNamespaceAsync();
        await RunAsync($"apply -n {ns} -f -", Manifest);
        using var client = api.CreateClient();
        var pod = await client.GetAsync<Pod>("web", ns, TestApi.Ct);
        await client.CreateAsync(
            new Event
            {
                Metadata = { GenerateName = "web.", Namespace = ns },
                InvolvedObject = { ApiVersion = "v1", Kind = "Pod", Name = "web", Namespace = ns, Uid = pod.Metadata.Uid },
                Type = "Warning",
                Reason = "FailedScheduling",
                Message = "no nodes available",
                LastTimestamp = TimeProvider.System.GetUtcNow(),
            },
            TestApi.Ct);

        (await RunAsync($"logs web -n {ns} --tail=5")).ShouldBe($"{ns}/web main\n");
        (await RunAsync($"get events -n {ns}")).ShouldContain("FailedScheduling");
        (await RunAsync($"events -n {ns}")).ShouldContain("no nodes available");
        (await RunAsync($"describe pod web -n {ns}")).ShouldContain("no nodes available");
    }

    [Fact]
    public async Task Node_CordonedAndDrained_KeepsNoPod()
    {
        var ns = await api.CreateNamespaceAsync();
        using var client = api.CreateClient();
        await client.CreateAsync(new Node { Metadata = { Name = "n9" } }, TestApi.Ct);
        var pod = TestApi.Pod("evicted", ns);
        pod.Spec.NodeName = "n9";
        pod.Spec.TerminationGracePeriodSeconds = 0;
        await client.CreateAsync(pod, TestApi.Ct);

        await RunAsync("drain n9 --force --timeout=30s");

        (await RunAsync("get node n9")).ShouldContain("SchedulingDisabled");
        (await client.FindAsync<Pod>("evicted", ns, TestApi.Ct)).ShouldBeNull();
    }

    private Task<string> RunAsync(string arguments, string? input = null, int exitCode = 0) => RunAsync(arguments.Split(' '), input, exitCode);

    private Task<string> RunAsync(string[] arguments, string? input = null, int exitCode = 0) => _kubectl.RunAsync(arguments, input, exitCode);
}
