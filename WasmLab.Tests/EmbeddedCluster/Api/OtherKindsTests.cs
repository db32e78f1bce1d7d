using System.Text;
using System.Text.Json.Nodes;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;
using WasmLab.Tests.Support;
using static WasmLab.Tests.EmbeddedCluster.Api.TestApi;

namespace WasmLab.Tests.EmbeddedCluster.Api;

[Trait(Category.Name, Category.Unit)]
public sealed class OtherKindsTests : IDisposable
{
    private readonly TestApi _api = new();

    public void Dispose() => _api.Dispose();

    [Fact]
    public async Task Service_Created_GetsAnAddressAndKeepsIt()
    {
        var service = await CreateServiceAsync("web");

        service.Spec.Type.ShouldBe("ClusterIP");
        service.Spec.ClusterIP!.ShouldStartWith("10.96.");
        service.Spec.ClusterIPs.ShouldBe([service.Spec.ClusterIP!]);
        service.Spec.Ports[0].TargetPort.ShouldBe(new IntOrString(80));
        service.Spec.Ports[0].Protocol.ShouldBe("TCP");

        service.Spec.ClusterIP = "10.96.0.200";
        service.Spec.ClusterIPs = ["10.96.0.200"];
        (await Should.ThrowAsync<KubernetesException>(() => _api.Client.ReplaceAsync(service, Ct))).Code.ShouldBe(422);
    }

    [Fact]
    public async Task Service_WithATakenAddress_IsInvalidUntilItIsFree()
    {
        await CreateServiceAsync("one", service => service.Spec.ClusterIP = "10.96.7.7");

        var exception = await Should.ThrowAsync<KubernetesException>(() => CreateServiceAsync("two", service => service.Spec.ClusterIP = "10.96.7.7"));
        exception.Message.ShouldContain("provided IP is already allocated");

        await _api.Client.DeleteAsync<Service>("one", "default", null, Ct);
        (await CreateServiceAsync("two", service => service.Spec.ClusterIP = "10.96.7.7")).Spec.ClusterIP.ShouldBe("10.96.7.7");
    }

    [Fact]
    public async Task Service_HeadlessOrExternal_GetsNoAddress()
    {
        (await CreateServiceAsync("headless", service => service.Spec.ClusterIP = "None")).Spec.ClusterIP.ShouldBe("None");
        var external = await CreateServiceAsync("external", service =>
        {
            service.Spec.Type = "ExternalName";
            service.Spec.ExternalName = "example.com";
        });
        external.Spec.ClusterIP.ShouldBeNull();
    }

    [Fact]
    public async Task Service_ThatBecomesExternalAndBack_GivesItsAddressUpAndGetsAnother()
    {
        var service = await CreateServiceAsync("web");
        var patch = JsonNode.Parse("""{"spec":{"type":"ExternalName","externalName":"example.com","clusterIP":null,"clusterIPs":null}}""")!;
        (await _api.Client.PatchAsync<Service>("web", "default", patch, null, Ct)).Spec.ClusterIP.ShouldBeNull();
        (await CreateServiceAsync("heir", heir => heir.Spec.ClusterIP = service.Spec.ClusterIP)).Spec.ClusterIP.ShouldBe(service.Spec.ClusterIP);

        patch = JsonNode.Parse("""{"spec":{"type":"ClusterIP","externalName":null}}""")!;
        (await _api.Client.PatchAsync<Service>("web", "default", patch, null, Ct)).Spec.ClusterIP!.ShouldStartWith("10.96.");
    }

    [Fact]
    public async Task Service_OfTypeNodePort_GetsAPortOfTheNodes() =>
        (await CreateServiceAsync("web", service => service.Spec.Type = "NodePort")).Spec.Ports[0].NodePort!.Value.ShouldBeInRange(30000, 32767);

    [Fact]
    public async Task Namespace_Created_IsActiveAndLabelled()
    {
        var created = await _api.Client.CreateAsync(new Namespace { Metadata = { Name = "team" } }, Ct);

        created.Status.Phase.ShouldBe("Active");
        created.Metadata.Labels["kubernetes.io/metadata.name"].ShouldBe("team");
        created.Spec.Finalizers.ShouldBe(["kubernetes"]);
    }

    [Fact]
    public async Task Namespace_Deleted_TerminatesUntilItIsFinalized()
    {
        await _api.Client.CreateAsync(new Namespace { Metadata = { Name = "team" } }, Ct);

        await _api.Client.DeleteAsync<Namespace>("team", null, null, Ct);
        (await _api.Client.GetAsync<Namespace>("team", null, Ct)).Status.Phase.ShouldBe("Terminating");
        var exception = await Should.ThrowAsync<KubernetesException>(() => _api.Client.CreateAsync(Pod("a", "team"), Ct));
        exception.Code.ShouldBe(403);
        exception.Message.ShouldContain("because it is being terminated");

        await _api.Client.PatchAsync<Namespace>("team", null, JsonNode.Parse("""{"spec":{"finalizers":[]}}""")!, "finalize", Ct);
        (await _api.Client.FindAsync<Namespace>("team", null, Ct)).ShouldBeNull();
    }

    [Fact]
    public async Task Namespace_ThatEveryClusterHas_CannotBeDeleted() =>
        (await Should.ThrowAsync<KubernetesException>(() => _api.Client.DeleteAsync<Namespace>("default", null, null, Ct))).Code.ShouldBe(403);

    [Fact]
    public async Task Secret_WithTexts_KeepsThemAsData()
    {
        var secret = await _api.Client.CreateAsync(
            new Secret { Metadata = { Name = "s", Namespace = "default" }, StringData = { ["key"] = "wert" } }, Ct);

        secret.Type.ShouldBe("Opaque");
        Encoding.UTF8.GetString(secret.Data["key"]).ShouldBe("wert");
        secret.StringData.ShouldBeEmpty();
    }

    [Fact]
    public async Task Secret_Immutable_StaysAsItIs()
    {
        var secret = await _api.Client.CreateAsync(
            new Secret { Metadata = { Name = "s", Namespace = "default" }, Immutable = true, Data = { ["a"] = [1] } }, Ct);
        secret.Data["a"] = [2];

        (await Should.ThrowAsync<KubernetesException>(() => _api.Client.ReplaceAsync(secret, Ct))).Message.ShouldContain("field is immutable when `immutable` is set");
    }

    [Theory]
    [InlineData("""{"rules":[{"http":{"paths":[{"path":"/a","backend":{"service":{"name":"s","port":{"number":1}}}}]}}]}""", "spec.rules[0].http.paths[0].pathType")]
    [InlineData("""{"rules":[{"http":{"paths":[{"path":"a","pathType":"Prefix","backend":{"service":{"name":"s","port":{"number":1}}}}]}}]}""", "spec.rules[0].http.paths[0].path")]
    [InlineData("""{"rules":[{"http":{"paths":[{"path":"/a","pathType":"Prefix","backend":{"service":{"name":"s"}}}]}}]}""", "spec.rules[0].http.paths[0].backend")]
    [InlineData("{}", "spec")]
    public async Task Ingress_Invalid_NamesTheField(string spec, string field)
    {
        var (code, body) = await _api.SendAsync(
            HttpMethod.Post, "/apis/networking.k8s.io/v1/namespaces/default/ingresses", $$"""{"metadata":{"name":"i"},"spec":{{spec}}}""");

        code.ShouldBe(422);
        body["details"]!["causes"]!.AsArray().Select(cause => (string?)cause!["field"]).ShouldContain(field);
    }

    [Fact]
    public async Task Ingress_WithoutAClass_TakesTheDefaultOne()
    {
        await _api.Client.CreateAsync(
            new IngressClass
            {
                Metadata = { Name = "nginx", Annotations = { ["ingressclass.kubernetes.io/is-default-class"] = "true" } },
                Spec = { Controller = "k8s.io/ingress-nginx" },
            },
            Ct);

        var ingress = await _api.Client.CreateAsync(
            new Ingress
            {
                Metadata = { Name = "i", Namespace = "default" },
                Spec = { DefaultBackend = new() { Service = new() { Name = "s", Port = new() { Number = 80 } } } },
            },
            Ct);

        ingress.Spec.IngressClassName.ShouldBe("nginx");
    }

    [Fact]
    public async Task RuntimeClass_Handler_CannotChange()
    {
        var created = await _api.Client.CreateAsync(new RuntimeClass { Metadata = { Name = "w" }, Handler = "one" }, Ct);
        created.Handler = "two";

        (await Should.ThrowAsync<KubernetesException>(() => _api.Client.ReplaceAsync(created, Ct))).Message.ShouldContain("field is immutable");
    }

    [Fact]
    public async Task Event_WrittenInOneGroup_IsReadInTheOther()
    {
        await _api.Client.CreateAsync(
            new Event
            {
                Metadata = { Name = "e", Namespace = "default" },
                InvolvedObject = { Kind = "Pod", Name = "p", Namespace = "default" },
                Reason = "Because",
                Message = "it happened",
                Type = "Normal",
            },
            Ct);

        var (_, body) = await _api.SendAsync(HttpMethod.Get, "/apis/events.k8s.io/v1/namespaces/default/events/e");
        ((string?)body["apiVersion"]).ShouldBe("events.k8s.io/v1");
        ((string?)body["regarding"]!["name"]).ShouldBe("p");
        ((string?)body["note"]).ShouldBe("it happened");

        var (_, list) = await _api.SendAsync(HttpMethod.Get, "/apis/events.k8s.io/v1/events?fieldSelector=regarding.name%3Dp");
        list["items"]!.AsArray().Count.ShouldBe(1);
    }

    private Task<Service> CreateServiceAsync(string name, Action<Service>? change = null)
    {
        var service = new Service { Metadata = { Name = name, Namespace = "default" }, Spec = { Ports = { new() { Port = 80 } } } };
        change?.Invoke(service);
        return _api.Client.CreateAsync(service, Ct);
    }
}
