using System.Text.Json.Nodes;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;
using WasmLab.Tests.Support;
using static WasmLab.Tests.EmbeddedCluster.Api.TestApi;

namespace WasmLab.Tests.EmbeddedCluster.Api;

[Trait(Category.Name, Category.Unit)]
public sealed class ObjectLifeTests : IDisposable
{
    private readonly TestApi _api = new();

    public void Dispose() => _api.Dispose();

    [Fact]
    public async Task Create_Object_GetsWhatTheServerGives()
    {
        var created = await _api.Client.CreateAsync(new ConfigMap { Metadata = { Name = "c", Namespace = "default" }, Data = { ["a"] = "b" } }, Ct);

        Guid.TryParse(created.Metadata.Uid, out _).ShouldBeTrue();
        created.Metadata.ResourceVersion.ShouldNotBeNullOrEmpty();
        created.Metadata.CreationTimestamp.ShouldNotBeNull();
        (await _api.Client.GetAsync<ConfigMap>("c", "default", Ct)).Data["a"].ShouldBe("b");
    }

    [Fact]
    public async Task Create_SameName_AlreadyExists()
    {
        await _api.CreatePodAsync("a");

        var exception = await Should.ThrowAsync<KubernetesException>(() => _api.CreatePodAsync("a"));

        exception.Code.ShouldBe(409);
        exception.Reason.ShouldBe("AlreadyExists");
        exception.Message.ShouldBe("pods \"a\" already exists");
    }

    [Fact]
    public async Task Create_WithGenerateName_CompletesTheName()
    {
        var pod = Pod("");
        pod.Metadata.Name = null;
        pod.Metadata.GenerateName = "web-";

        var first = await _api.Client.CreateAsync(pod, Ct);
        var second = await _api.Client.CreateAsync(pod, Ct);

        first.Metadata.Name!.ShouldMatch("^web-[a-z0-9]{5}$");
        second.Metadata.Name.ShouldNotBe(first.Metadata.Name);
    }

    [Fact]
    public async Task Create_InMissingNamespace_IsNotFound()
    {
        var exception = await Should.ThrowAsync<KubernetesException>(() => _api.Client.CreateAsync(Pod("a", "nowhere"), Ct));

        exception.Code.ShouldBe(404);
        exception.Message.ShouldBe("namespaces \"nowhere\" not found");
    }

    [Fact]
    public async Task Create_WithServerSideDryRun_StoresNothing()
    {
        var (code, body) = await _api.SendAsync(
            HttpMethod.Post, "/api/v1/namespaces/default/configmaps?dryRun=All", """{"metadata":{"name":"dry"}}""");

        code.ShouldBe(201);
        ((string?)body["metadata"]!["uid"]).ShouldNotBeNull();
        (await _api.Client.FindAsync<ConfigMap>("dry", "default", Ct)).ShouldBeNull();
    }

    [Fact]
    public async Task Replace_WithAnOldVersion_Conflicts()
    {
        var old = await _api.CreatePodAsync("a");
        await _api.Client.PatchAsync<Pod>("a", "default", JsonNode.Parse("""{"metadata":{"labels":{"x":"y"}}}""")!, null, Ct);

        var exception = await Should.ThrowAsync<KubernetesException>(() => _api.Client.ReplaceAsync(old, Ct));

        exception.IsConflict.ShouldBeTrue();
        exception.Message.ShouldBe("Operation cannot be fulfilled on pods \"a\": the object has been modified; "
            + "please apply your changes to the latest version and try again");
    }

    [Fact]
    public async Task Replace_WithoutAnyChange_KeepsTheVersion()
    {
        var pod = await _api.CreatePodAsync("a");

        (await _api.Client.ReplaceAsync(pod, Ct)).Metadata.ResourceVersion.ShouldBe(pod.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task Replace_DoesNotTouchTheStatus_AndReplaceStatusNotTheSpec()
    {
        var pod = await _api.CreatePodAsync("a");
        pod.Status.Phase = "Running";
        pod.Spec.Containers[0].Image = "other:2";

        var afterSpec = await _api.Client.ReplaceAsync(pod, Ct);
        afterSpec.Status.Phase.ShouldBe("Pending");
        afterSpec.Spec.Containers[0].Image.ShouldBe("other:2");
        afterSpec.Metadata.Generation.ShouldBe(2);

        afterSpec.Status.Phase = "Running";
        afterSpec.Spec.Containers[0].Image = "third:3";
        var afterStatus = await _api.Client.ReplaceStatusAsync(afterSpec, Ct);
        afterStatus.Status.Phase.ShouldBe("Running");
        afterStatus.Spec.Containers[0].Image.ShouldBe("other:2");
        afterStatus.Metadata.Generation.ShouldBe(2);
    }

    [Fact]
    public async Task ReadChangeWrite_KeepsFieldsThatTheClientDoesNotKnow()
    {
        await _api.SendAsync(HttpMethod.Post, "/api/v1/namespaces/default/pods", """
            {"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","image":"i","securityContext":{"runAsUser":7}}],
             "affinity":{"nodeAffinity":{}},"volumes":[{"name":"v","hostPath":{"path":"/x"}}]}}
            """);

        var pod = await _api.Client.GetAsync<Pod>("a", "default", Ct);
        pod.Metadata.Labels["new"] = "label";
        await _api.Client.ReplaceAsync(pod, Ct);

        var (_, body) = await _api.SendAsync(HttpMethod.Get, "/api/v1/namespaces/default/pods/a");
        ((int?)body["spec"]!["containers"]![0]!["securityContext"]!["runAsUser"]).ShouldBe(7);
        ((string?)body["spec"]!["volumes"]![0]!["hostPath"]!["path"]).ShouldBe("/x");
        body["spec"]!["affinity"]!["nodeAffinity"].ShouldNotBeNull();
    }

    [Fact]
    public async Task Delete_ObjectWithFinalizers_StaysUntilTheyAreGone()
    {
        var map = new ConfigMap { Metadata = { Name = "c", Namespace = "default", Finalizers = { "lab/one" } } };
        await _api.Client.CreateAsync(map, Ct);

        await _api.Client.DeleteAsync<ConfigMap>("c", "default", null, Ct);
        var marked = await _api.Client.GetAsync<ConfigMap>("c", "default", Ct);
        marked.Metadata.DeletionTimestamp.ShouldNotBeNull();

        marked.Metadata.Finalizers.Add("lab/two");
        var exception = await Should.ThrowAsync<KubernetesException>(() => _api.Client.ReplaceAsync(marked, Ct));
        exception.Message.ShouldContain("no new finalizers can be added if the object is being deleted");

        marked.Metadata.Finalizers.Clear();
        await _api.Client.ReplaceAsync(marked, Ct);
        (await _api.Client.FindAsync<ConfigMap>("c", "default", Ct)).ShouldBeNull();
    }

    [Fact]
    public async Task Delete_OfAnotherUid_Conflicts()
    {
        await _api.CreatePodAsync("a");

        var exception = await Should.ThrowAsync<KubernetesException>(() =>
            _api.Client.DeleteAsync<Pod>("a", "default", new() { Uid = "somebody-else" }, Ct));

        exception.IsConflict.ShouldBeTrue();
        exception.Message.ShouldContain("UID in precondition: somebody-else");
    }

    [Fact]
    public async Task Delete_MissingObject_IsNoErrorForTheClientAnd404OnTheWire()
    {
        await _api.Client.DeleteAsync<Pod>("nobody", "default", null, Ct);

        var (code, body) = await _api.SendAsync(HttpMethod.Delete, "/api/v1/namespaces/default/pods/nobody");
        code.ShouldBe(404);
        ((string?)body["message"]).ShouldBe("pods \"nobody\" not found");
    }

    [Fact]
    public async Task DeleteCollection_WithSelector_DeletesOnlyWhatItFinds()
    {
        await _api.CreatePodAsync("a", pod => pod.Metadata.Labels["app"] = "x");
        await _api.CreatePodAsync("b");

        var (code, _) = await _api.SendAsync(HttpMethod.Delete, "/api/v1/namespaces/default/pods?labelSelector=app%3Dx");

        code.ShouldBe(200);
        (await _api.Client.ListAsync<Pod>("default", null, Ct)).Items.Select(pod => pod.Metadata.Name).ShouldBe(["b"]);
    }
}
