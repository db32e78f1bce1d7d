using WasmLab.Tests.Support;

using YamlDotNet.Serialization;

namespace WasmLab.Tests.Assets;

/// <summary>The manifests say what the article's do; what the lab adds stands apart from it.</summary>
[Trait(Category.Name, Category.Unit)]
public sealed class ManifestTests
{
    public static TheoryData<string> Flavors => ["native", "embed", "runtime"];

    [Theory]
    [MemberData(nameof(Flavors))]
    public void Manifest_OfAFlavor_HasTheArticlesKindsInOrder(string flavor)
    {
        string[] kinds = ["v1/Pod", "v1/Service", "networking.k8s.io/v1/Ingress"];

        Load($"manifests/{flavor}.yaml").Select(document => $"{document.Text("apiVersion")}/{document.Text("kind")}")
            .ShouldBe(flavor == "runtime" ? ["node.k8s.io/v1/RuntimeClass", .. kinds] : kinds);
    }

    [Theory]
    [MemberData(nameof(Flavors))]
    public void Pod_OfAFlavor_RunsItsImage(string flavor)
    {
        var pod = Load($"manifests/{flavor}.yaml").Single(document => document.Text("kind") == "Pod");

        pod.Text("metadata", "name").ShouldBe(flavor);
        pod.Text("metadata", "labels", "arch").ShouldBe(flavor);
        pod.Text("spec", "runtimeClassName").ShouldBe(flavor == "runtime" ? "wasmedge" : null);
        pod.Text("spec", "containers", 0, "image").ShouldBe($"wasmlab/httpbin:{flavor}");
        pod.Text("spec", "containers", 0, "imagePullPolicy").ShouldBe("IfNotPresent");
        pod.Text("spec", "containers", 0, "ports", 0, "containerPort").ShouldBe("3000");
        pod.Text("spec", "containers", 0, "readinessProbe", "httpGet", "path").ShouldBe("/get");
        pod.Text("spec", "containers", 0, "resources", "limits", "memory").ShouldNotBeNull();
        pod.Text("spec", "containers", 0, "command").ShouldBeNull();
        pod.Text("spec", "containers", 0, "env").ShouldBeNull();
    }

    [Theory]
    [MemberData(nameof(Flavors))]
    public void Service_OfAFlavor_LeadsToItsPod(string flavor)
    {
        var service = Load($"manifests/{flavor}.yaml").Single(document => document.Text("kind") == "Service");

        service.Text("metadata", "name").ShouldBe(flavor);
        service.Text("spec", "type").ShouldBe("ClusterIP");
        service.Text("spec", "selector", "arch").ShouldBe(flavor);
        service.Text("spec", "ports", 0, "port").ShouldBe("3000");
    }

    [Theory]
    [MemberData(nameof(Flavors))]
    public void Ingress_OfAFlavor_RewritesItsPath(string flavor)
    {
        var ingress = Load($"manifests/{flavor}.yaml").Single(document => document.Text("kind") == "Ingress");

        ingress.Text("metadata", "name").ShouldBe(flavor);
        ingress.Text("metadata", "annotations", "nginx.ingress.kubernetes.io/use-regex").ShouldBe("true");
        ingress.Text("metadata", "annotations", "nginx.ingress.kubernetes.io/rewrite-target").ShouldBe("/$2");
        ingress.Text("spec", "ingressClassName").ShouldBe("nginx");
        ingress.Text("spec", "rules", 0, "host").ShouldBe("localhost");
        ingress.Text("spec", "rules", 0, "http", "paths", 0, "path").ShouldBe($"/{flavor}(/|$)(.*)");
        ingress.Text("spec", "rules", 0, "http", "paths", 0, "pathType").ShouldBe("ImplementationSpecific");
        ingress.Text("spec", "rules", 0, "http", "paths", 0, "backend", "service", "name").ShouldBe(flavor);
        ingress.Text("spec", "rules", 0, "http", "paths", 0, "backend", "service", "port", "number").ShouldBe("3000");
    }

    [Fact]
    public void RuntimeClass_NamesTheHandler()
    {
        var runtimeClass = Load("manifests/runtime.yaml")[0];

        runtimeClass.Text("metadata", "name").ShouldBe("wasmedge");
        runtimeClass.Text("handler").ShouldBe("wasmedgev1");
    }

    [Fact]
    public void VirtualClusterValues_SyncIngressesToAndRuntimeClassesFromTheHost()
    {
        var values = Load("vcluster.yaml").ShouldHaveSingleItem();

        values.Text("sync", "toHost", "ingresses", "enabled").ShouldBe("true");
        values.Text("sync", "fromHost", "runtimeClasses", "enabled").ShouldBe("true");
    }

    private static List<YamlDocument> Load(string name) =>
        [.. File.ReadAllText(AssetFiles.PathOf(name)).Split("\n---\n").Select(text => new YamlDocument(new DeserializerBuilder().Build().Deserialize<object>(text)))];

    private sealed record YamlDocument(object Root)
    {
        /// <summary>The scalar at a path of keys and positions; null when the path leads nowhere.</summary>
        public string? Text(params object[] path)
        {
            object? node = Root;
            foreach (var step in path)
            {
                node = (node, step) switch
                {
                    (Dictionary<object, object> map, string key) => map.GetValueOrDefault(key),
                    (List<object> list, int position) => list.ElementAtOrDefault(position),
                    _ => null,
                };
            }

            return node as string ?? node?.ToString();
        }
    }
}
