using System.Text.Json;
using WasmLab.EmbeddedCluster.Controllers;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Controllers;

[Trait(Category.Name, Category.Unit)]
public sealed class EndpointSliceBuilderTests
{
    private const string Web = """
        metadata: { name: web, namespace: default, uid: u1, labels: { team: a } }
        spec: { selector: { app: web }, ports: [{ name: http, port: 80, targetPort: http }, { name: raw, port: 3000 }] }
        """;

    [Fact]
    public void Build_ReadyPod_IsAnEndpointWithResolvedPorts()
    {
        var slice = EndpointSliceBuilder.Build(Read<Service>(Web), [PodOf("a", "127.1.1.2")]).Single();

        slice.Metadata.Labels.ShouldBe(new Dictionary<string, string>
        {
            ["team"] = "a",
            [EndpointSliceBuilder.ServiceLabel] = "web",
            [EndpointSliceBuilder.ManagedByLabel] = EndpointSliceBuilder.ManagedBy,
        });
        slice.Metadata.OwnerReferences.Single().Uid.ShouldBe("u1");
        slice.AddressType.ShouldBe("IPv4");
        slice.Ports.Select(port => $"{port.Name} {port.Protocol} {port.Port}").ShouldBe(["http TCP 8080", "raw TCP 3000"]);
        var endpoint = slice.Endpoints.Single();
        endpoint.Addresses.ShouldBe(["127.1.1.2"]);
        endpoint.TargetRef!.Name.ShouldBe("a");
        (endpoint.Conditions!.Ready, endpoint.Conditions.Serving, endpoint.Conditions.Terminating).ShouldBe((true, true, false));
    }

    [Theory]
    [InlineData("ready: 'False'", false, false, false, false)]
    [InlineData("ready: 'False'", true, true, true, false)]
    [InlineData("terminating", false, false, true, true)]
    public void Build_PodState_DecidesConditions(string state, bool publishNotReady, bool ready, bool serving, bool terminating)
    {
        var service = Read<Service>(Web);
        service.Spec.PublishNotReadyAddresses = publishNotReady;
        var pod = PodOf("a", "127.1.1.2", state == "terminating" ? "True" : "False");
        pod.Metadata.DeletionTimestamp = state == "terminating" ? DateTimeOffset.UnixEpoch : null;

        var conditions = EndpointSliceBuilder.Build(service, [pod]).Single().Endpoints.Single().Conditions!;

        (conditions.Ready, conditions.Serving, conditions.Terminating).ShouldBe((ready, serving, terminating));
    }

    [Fact]
    public void Build_PodsThatDoNotCount_AreLeftOut()
    {
        var finished = PodOf("done", "127.1.1.3");
        finished.Status.Phase = "Succeeded";
        var elsewhere = PodOf("elsewhere", "127.1.1.4");
        elsewhere.Metadata.Namespace = "other";
        var unlike = PodOf("unlike", "127.1.1.5");
        unlike.Metadata.Labels["app"] = "db";

        var slice = EndpointSliceBuilder.Build(Read<Service>(Web), [finished, elsewhere, unlike, PodOf("young", null)]).Single();

        slice.Endpoints.ShouldBeEmpty();
    }

    [Fact]
    public void Build_PodsWithPublishedPorts_GetASliceForEachSetOfPorts()
    {
        var one = PodOf("one", "127.0.0.1");
        one.Metadata.Annotations["wasmlab.dev/port.8080"] = "40001";
        var other = PodOf("other", "127.0.0.1");
        other.Metadata.Annotations["wasmlab.dev/port.8080"] = "40002";

        var slices = EndpointSliceBuilder.Build(Read<Service>(Web), [one, other]);

        slices.Select(slice => slice.Ports[0].Port).ShouldBe([40001, 40002]);
        slices.Select(slice => slice.Metadata.Name).Distinct().Count().ShouldBe(2);
    }

    private static Pod PodOf(string name, string? ip, string ready = "True") => Read<Pod>($$"""
        metadata: { name: {{name}}, namespace: default, labels: { app: web } }
        spec: { nodeName: wasmlab, containers: [{ name: web, ports: [{ name: http, containerPort: 8080 }] }] }
        status: { phase: Running, podIP: {{ip ?? "''"}}, conditions: [{ type: Ready, status: '{{ready}}' }] }
        """);

    private static T Read<T>(string yaml) => Manifest.Parse(yaml)[0].Deserialize<T>(KubernetesJson.Options)!;
}
