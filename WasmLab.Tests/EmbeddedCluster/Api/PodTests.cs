using System.Text.Json.Nodes;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;
using WasmLab.Tests.Support;
using static WasmLab.Tests.EmbeddedCluster.Api.TestApi;

namespace WasmLab.Tests.EmbeddedCluster.Api;

[Trait(Category.Name, Category.Unit)]
public sealed class PodTests : IDisposable
{
    private readonly TestApi _api = new();

    public void Dispose() => _api.Dispose();

    [Fact]
    public async Task Create_Pod_GetsDefaults()
    {
        var pod = await _api.CreatePodAsync("a", pod =>
        {
            pod.Spec.Containers[0].Ports.Add(new() { Port = 80 });
            pod.Spec.Containers[0].ReadinessProbe = new() { HttpGet = new() { Port = 80 } };
            pod.Spec.Containers[0].Resources = new() { Limits = { ["cpu"] = "1" } };
        });

        pod.Spec.RestartPolicy.ShouldBe("Always");
        pod.Spec.DnsPolicy.ShouldBe("ClusterFirst");
        pod.Spec.TerminationGracePeriodSeconds.ShouldBe(30);
        pod.Spec.ServiceAccountName.ShouldBe("default");
        pod.Spec.SchedulerName.ShouldBe("default-scheduler");
        pod.Spec.EnableServiceLinks.ShouldBe(true);
        pod.Spec.Tolerations.Count.ShouldBe(2);
        var container = pod.Spec.Containers[0];
        container.ImagePullPolicy.ShouldBe("IfNotPresent");
        container.TerminationMessagePath.ShouldBe("/dev/termination-log");
        container.Ports[0].Protocol.ShouldBe("TCP");
        container.Resources!.Requests["cpu"].ShouldBe("1");
        (container.ReadinessProbe!.PeriodSeconds, container.ReadinessProbe.TimeoutSeconds, container.ReadinessProbe.SuccessThreshold, container.ReadinessProbe.FailureThreshold)
            .ShouldBe((10, 1, 1, 3));
        (container.ReadinessProbe.HttpGet!.Path, container.ReadinessProbe.HttpGet.Scheme).ShouldBe(("/", "HTTP"));
        (pod.Status.Phase, pod.Status.QosClass).ShouldBe(("Pending", "Burstable"));
        pod.Metadata.Generation.ShouldBe(1);
    }

    [Theory]
    [InlineData("nginx", "Always")]
    [InlineData("nginx:latest", "Always")]
    [InlineData("localhost:5000/nginx", "Always")]
    [InlineData("localhost:5000/nginx:1", "IfNotPresent")]
    [InlineData("wasmlab/httpbin:native", "IfNotPresent")]
    [InlineData("nginx@sha256:0000000000000000000000000000000000000000000000000000000000000000", "IfNotPresent")]
    public async Task Create_ImageWithThisTag_DecidesThePullPolicy(string image, string policy) =>
        (await _api.CreatePodAsync("a", pod => pod.Spec.Containers[0].Image = image)).Spec.Containers[0].ImagePullPolicy.ShouldBe(policy);

    [Fact]
    public async Task Create_InvalidPod_NamesEveryField()
    {
        var (code, body) = await _api.SendAsync(HttpMethod.Post, "/api/v1/namespaces/default/pods", """
            {"metadata":{"name":"Bad","labels":{"a":"b c"}},"spec":{"restartPolicy":"Sometimes","containers":[
              {"name":"a","image":"i","ports":[{"containerPort":70000}],"volumeMounts":[{"name":"no","mountPath":"/x"}],"livenessProbe":{}},
              {"name":"a","resources":{"limits":{"cpu":"1"},"requests":{"cpu":"2"}}}]}}
            """);

        code.ShouldBe(422);
        ((string?)body["reason"]).ShouldBe("Invalid");
        ((string?)body["message"])!.ShouldStartWith("Pod \"Bad\" is invalid: [");
        body["details"]!["causes"]!.AsArray().Select(cause => $"{cause!["field"]} {cause["reason"]}").ShouldBe(
            [
                "metadata.name FieldValueInvalid", "metadata.labels FieldValueInvalid", "spec.containers[0].ports[0].containerPort FieldValueInvalid",
                "spec.containers[0].volumeMounts[0].name FieldValueNotFound", "spec.containers[0].livenessProbe FieldValueRequired",
                "spec.containers[1].name FieldValueDuplicate", "spec.containers[1].image FieldValueRequired",
                "spec.containers[1].resources.requests FieldValueInvalid", "spec.restartPolicy FieldValueNotSupported",
            ],
            ignoreOrder: true);
    }

    [Fact]
    public async Task Create_ValueOfAWrongType_IsABadRequest()
    {
        var (code, body) = await _api.SendAsync(
            HttpMethod.Post, "/api/v1/namespaces/default/pods", """{"metadata":{"name":"a"},"spec":{"containers":[{"name":"a","image":"i","args":"x"}]}}""");

        code.ShouldBe(400);
        ((string?)body["message"])!.ShouldContain("cannot unmarshal string into Go struct field spec.containers[0].args of type array");
    }

    [Theory]
    [InlineData("Strict", 400)]
    [InlineData("Warn", 201)]
    [InlineData("Ignore", 201)]
    public async Task Create_UnknownField_IsTreatedAsAsked(string validation, int expected)
    {
        var (code, body) = await _api.SendAsync(
            HttpMethod.Post, $"/api/v1/namespaces/default/pods?fieldValidation={validation}",
            """{"metadata":{"name":"a"},"spec":{"containers":[{"name":"a","image":"i"}],"nodename":"x"}}""");

        code.ShouldBe(expected);
        if (expected == 400)
        {
            ((string?)body["message"]).ShouldBe("strict decoding error: unknown field \"spec.nodename\"");
        }
        else
        {
            body["spec"]!["nodename"].ShouldBeNull();
        }
    }

    [Fact]
    public async Task Create_OfAMissingRuntimeClass_IsForbidden()
    {
        var exception = await Should.ThrowAsync<KubernetesException>(() => _api.CreatePodAsync("x", pod => pod.Spec.RuntimeClassName = "wasmedge"));

        exception.Code.ShouldBe(403);
        exception.Message.ShouldBe("pods \"x\" is forbidden: pod rejected: RuntimeClass \"wasmedge\" not found");
    }

    [Fact]
    public async Task Create_OfARuntimeClass_TakesItsOverheadAndScheduling()
    {
        await _api.Client.CreateAsync(
            new RuntimeClass
            {
                Metadata = { Name = "wasmedge" },
                Handler = "wasmedgev1",
                Overhead = new() { PodFixed = { ["memory"] = "8Mi" } },
                Scheduling = new() { NodeSelector = { ["wasm"] = "yes" } },
            },
            Ct);

        var pod = await _api.CreatePodAsync("x", pod => pod.Spec.RuntimeClassName = "wasmedge");

        pod.Spec.Overhead["memory"].ShouldBe("8Mi");
        pod.Spec.NodeSelector["wasm"].ShouldBe("yes");
    }

    [Fact]
    public async Task Replace_SpecOfAPod_IsForbiddenButForImagesAndTheFirstNode()
    {
        await _api.CreatePodAsync("a");
        await _api.Client.PatchAsync<Pod>("a", "default", JsonNode.Parse("""{"spec":{"nodeName":"n1"}}""")!, null, Ct);

        var pod = await _api.Client.GetAsync<Pod>("a", "default", Ct);
        pod.Spec.NodeName.ShouldBe("n1");
        pod.Spec.NodeName = "n2";
        var exception = await Should.ThrowAsync<KubernetesException>(() => _api.Client.ReplaceAsync(pod, Ct));

        exception.Code.ShouldBe(422);
        exception.Message.ShouldStartWith("Pod \"a\" is invalid: spec: Forbidden: pod updates may not change fields other than");
    }

    [Theory]
    [InlineData("/api/v1/namespaces/default/pods/a/binding")]
    [InlineData("/api/v1/namespaces/default/bindings")]
    public async Task Bind_Pod_PlacesItOnceAndForAll(string path)
    {
        const string Binding = """{"metadata":{"name":"a"},"target":{"kind":"Node","name":"n1"}}""";
        await _api.CreatePodAsync("a");

        (await _api.SendAsync(HttpMethod.Post, path, Binding)).Code.ShouldBe(201);

        var pod = await _api.Client.GetAsync<Pod>("a", "default", Ct);
        pod.Spec.NodeName.ShouldBe("n1");
        pod.Metadata.Generation.ShouldBe(1);
        (await _api.SendAsync(HttpMethod.Post, path, Binding)).Code.ShouldBe(409);
    }

    [Fact]
    public async Task Bind_PodThatHadTheNameBefore_PlacesNothing()
    {
        var before = await _api.CreatePodAsync("a");
        await _api.Client.DeleteAsync<Pod>("a", "default", new() { GracePeriodSeconds = 0 }, Ct);
        await _api.CreatePodAsync("a");

        (await Should.ThrowAsync<KubernetesException>(() => _api.Client.BindAsync(before, "n1", Ct))).Code.ShouldBe(409);

        (await _api.Client.GetAsync<Pod>("a", "default", Ct)).Spec.NodeName.ShouldBeNull();
    }

    [Fact]
    public async Task Delete_PodThatNoNodeHas_IsGoneAtOnce()
    {
        await _api.CreatePodAsync("a");

        await _api.Client.DeleteAsync<Pod>("a", "default", null, Ct);

        (await _api.Client.FindAsync<Pod>("a", "default", Ct)).ShouldBeNull();
    }

    [Fact]
    public async Task Delete_PodOnANode_WaitsForTheNode()
    {
        await _api.CreatePodAsync("a", pod => pod.Spec.NodeName = "n1");

        await _api.Client.DeleteAsync<Pod>("a", "default", null, Ct);
        var marked = await _api.Client.GetAsync<Pod>("a", "default", Ct);
        marked.Metadata.DeletionGracePeriodSeconds.ShouldBe(30);
        (marked.Metadata.DeletionTimestamp!.Value - marked.Metadata.CreationTimestamp!.Value).TotalSeconds.ShouldBeInRange(29, 35);

        await _api.Client.DeleteAsync<Pod>("a", "default", new() { GracePeriodSeconds = 60 }, Ct);
        (await _api.Client.GetAsync<Pod>("a", "default", Ct)).Metadata.DeletionGracePeriodSeconds.ShouldBe(30);

        await _api.Client.DeleteAsync<Pod>("a", "default", new() { GracePeriodSeconds = 2 }, Ct);
        (await _api.Client.GetAsync<Pod>("a", "default", Ct)).Metadata.DeletionGracePeriodSeconds.ShouldBe(2);

        await _api.Client.DeleteAsync<Pod>("a", "default", new() { GracePeriodSeconds = 0 }, Ct);
        (await _api.Client.FindAsync<Pod>("a", "default", Ct)).ShouldBeNull();
    }

    [Fact]
    public async Task Delete_PodThatIsDone_IsGoneAtOnce()
    {
        var pod = await _api.CreatePodAsync("a", pod => pod.Spec.NodeName = "n1");
        pod.Status.Phase = "Succeeded";
        await _api.Client.ReplaceStatusAsync(pod, Ct);

        await _api.Client.DeleteAsync<Pod>("a", "default", null, Ct);

        (await _api.Client.FindAsync<Pod>("a", "default", Ct)).ShouldBeNull();
    }
}
