using System.Text.Json;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Kubernetes;

[Trait(Category.Name, Category.Unit)]
public sealed class KubernetesJsonTests
{
    [Fact]
    public void Serialize_NewPod_HasNothingEmpty() => JsonSerializer.Serialize(
        new Pod { Metadata = { Name = "a" }, Spec = { Containers = { new() { Name = "c", Ports = { new() { Port = 80 } } } } } }, KubernetesJson.Options)
        .ShouldBe("""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"},"spec":{"containers":[{"name":"c","ports":[{"containerPort":80}]}]},"status":{}}""");

    [Fact]
    public void Deserialize_NullsAndUnknownFields_AreEmptyOrKept()
    {
        const string Json = """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","labels":null,"odd":1},"spec":{"containers":null,"affinity":{"x":[1]}},"status":null,"top":"t"}""";

        var pod = JsonSerializer.Deserialize<Pod>(Json, KubernetesJson.Options)!;

        pod.Metadata.Labels.ShouldBeEmpty();
        pod.Spec.Containers.ShouldBeEmpty();
        pod.Status.Phase.ShouldBeNull();
        var written = JsonSerializer.Serialize(pod, KubernetesJson.Options);
        written.ShouldContain("\"affinity\":{\"x\":[1]}");
        written.ShouldContain("\"odd\":1");
        written.ShouldContain("\"top\":\"t\"");
    }

    [Theory]
    [InlineData("80")]
    [InlineData("\"http\"")]
    public void IntOrString_EitherWay_StaysWhatItIs(string json) =>
        JsonSerializer.Serialize(JsonSerializer.Deserialize<IntOrString>(json, KubernetesJson.Options), KubernetesJson.Options).ShouldBe(json);

    [Fact]
    public void Times_HaveSecondsAndThoseOfEventsMicroseconds()
    {
        var time = new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.FromHours(1)).AddTicks(1_234_567);

        JsonSerializer.Serialize(new Event { FirstTimestamp = time, EventTime = time }, KubernetesJson.Options)
            .ShouldContain("\"firstTimestamp\":\"2026-11-22T09:00:00Z\",\"eventTime\":\"2026-11-22T09:00:00.123456Z\"");
    }

    [Theory]
    [InlineData("default", "web", "status", "/api/v1/namespaces/default/pods/web/status")]
    [InlineData(null, null, null, "/api/v1/pods")]
    public void Path_OfACoreResource_IsUnderApi(string? ns, string? name, string? subresource, string path) =>
        Pod.Type.Path(ns, name, subresource).ShouldBe(path);

    [Fact]
    public void Path_OfAGroupOrClusterResource_IsUnderApis()
    {
        Ingress.Type.Path("default", "web").ShouldBe("/apis/networking.k8s.io/v1/namespaces/default/ingresses/web");
        Node.Type.Path("ignored", "n").ShouldBe("/api/v1/nodes/n");
    }
}
