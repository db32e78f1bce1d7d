using System.Net;
using System.Text.Json.Nodes;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Kubernetes;

[Trait(Category.Name, Category.Unit)]
public sealed class KindVersionTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("v1")]
    [InlineData("v1beta1")]
    [InlineData("v1beta1", "v1")]
    public async Task EndpointSlices_AreAskedForInTheNewestVersionThatIsServed(params string[] served)
    {
        using var server = new FakeServer(served);
        using var client = new KubernetesClient(new(server), new("http://localhost"));
        var expected = served[^1];

        await client.ListAsync<EndpointSlice>("shop", null, Ct);
        await client.ApplyAsync(new EndpointSlice { Metadata = { Name = "web", Namespace = "shop" } }, "test", Ct);
        await client.CreateAsync(new EndpointSlice { Metadata = { Name = "web", Namespace = "shop" } }, Ct);

        var path = $"/apis/discovery.k8s.io/{expected}/namespaces/shop/endpointslices";
        server.Requests.Where(request => !request.IsDiscovery).Select(request => request.Path).ShouldBe([path, $"{path}/web", path]);
        server.Requests.Where(request => request.Body is not null)
            .ShouldAllBe(request => (string?)request.Body!["apiVersion"] == $"discovery.k8s.io/{expected}");
    }

    [Fact]
    public async Task Version_IsAskedForOnce()
    {
        using var server = new FakeServer(["v1beta1"]);
        using var client = new KubernetesClient(new(server), new("http://localhost"));

        await client.ListAsync<EndpointSlice>("shop", null, Ct);
        await client.ListAsync<EndpointSlice>("shop", null, Ct);

        server.Requests.Count(request => request.IsDiscovery).ShouldBe(2);
    }

    [Fact]
    public async Task KindWithOneVersion_IsNotAskedFor()
    {
        using var server = new FakeServer([]);
        using var client = new KubernetesClient(new(server), new("http://localhost"));

        await client.ListAsync<Service>("shop", null, Ct);

        server.Requests.ShouldHaveSingleItem().Path.ShouldBe("/api/v1/namespaces/shop/services");
    }

    private sealed class FakeServer(string[] versions) : HttpMessageHandler
    {
        public List<(string Path, bool IsDiscovery, JsonNode? Body)> Requests { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var path = request.RequestUri!.AbsolutePath;
            var body = request.Content is null ? null : JsonNode.Parse(await request.Content.ReadAsStringAsync(cancellationToken));
            var segments = path.Split('/');
            var isDiscovery = segments is ["", "apis", "discovery.k8s.io", _];
            Requests.Add((path, isDiscovery, body));
            if (isDiscovery && !versions.Contains(segments[3]))
            {
                return new(HttpStatusCode.NotFound) { Content = new StringContent("404 page not found") };
            }

            var answer = isDiscovery ? """{"kind":"APIResourceList","resources":[{"name":"endpointslices"}]}""" : "{}";
            return new(HttpStatusCode.OK) { Content = new StringContent(answer) };
        }
    }
}
