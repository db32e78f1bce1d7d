using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedAspire;

[Trait(Category.Name, Category.Unit)]
public sealed class ReferenceExpressionTests
{
    private readonly IDistributedApplicationBuilder _builder = TestApplication.CreateBuilder();

    [Fact]
    public async Task Create_TextAndValues_GivesTheTextAndItsManifestExpression()
    {
        var user = _builder.AddParameter("user", "a b");
        var expression = ReferenceExpression.Create($"{{x}} user={user} escaped={user.Resource:uri} {"literal{}"}");

        (await expression.GetValueAsync(TestContext.Current.CancellationToken)).ShouldBe("{x} user=a b escaped=a%20b literal{}");
        expression.ValueExpression.ShouldBe("{x} user={user.value} escaped={user.value} literal{}");
        expression.ValueProviders.Count.ShouldBe(2);
    }

    [Fact]
    public async Task GetValueAsync_EndpointWithoutAddress_WaitsForIt()
    {
        var resource = _builder.AddTest("a").WithHttpEndpoint();
        var value = ReferenceExpression.Create($"{resource.GetEndpoint("http")}/get").GetValueAsync(TestContext.Current.CancellationToken).AsTask();
        value.IsCompleted.ShouldBeFalse();

        var endpoint = resource.GetEndpoint("http").EndpointAnnotation;
        endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, "localhost", 8080);

        (await value.WaitAsync(TestApplication.Deadline)).ShouldBe("http://localhost:8080/get");
    }

    [Fact]
    public async Task Builder_Parts_AreAppendedInOrder()
    {
        var parameter = _builder.AddParameter("p", "v").Resource;
        var builder = new ReferenceExpressionBuilder();
        builder.IsEmpty.ShouldBeTrue();
        builder.AppendLiteral("a=");
        builder.AppendFormatted(parameter);
        builder.Append($";b={parameter}");

        (await builder.Build().GetValueAsync(TestContext.Current.CancellationToken)).ShouldBe("a=v;b=v");
    }

    [Theory]
    [InlineData(EndpointProperty.Url, "https://localhost:8443")]
    [InlineData(EndpointProperty.Host, "localhost")]
    [InlineData(EndpointProperty.IPV4Host, "127.0.0.1")]
    [InlineData(EndpointProperty.Port, "8443")]
    [InlineData(EndpointProperty.Scheme, "https")]
    [InlineData(EndpointProperty.HostAndPort, "localhost:8443")]
    [InlineData(EndpointProperty.TlsEnabled, "True")]
    public async Task EndpointProperty_OfAnAllocatedEndpoint_IsItsPart(EndpointProperty property, string expected)
    {
        var reference = _builder.AddTest("a").WithHttpsEndpoint().GetEndpoint("https");
        reference.EndpointAnnotation.AllocatedEndpoint = new AllocatedEndpoint(reference.EndpointAnnotation, "localhost", 8443);

        (await reference.Property(property).GetValueAsync(TestContext.Current.CancellationToken)).ShouldBe(expected);
    }

    [Fact]
    public void Endpoint_ThatIsNotDefinedOrHasNoAddress_SaysWhich()
    {
        var resource = _builder.AddTest("a").WithHttpEndpoint().Resource;

        resource.GetEndpoint("other").Exists.ShouldBeFalse();
        Should.Throw<InvalidOperationException>(() => resource.GetEndpoint("other").Url).Message.ShouldContain("'other'");
        Should.Throw<InvalidOperationException>(() => resource.GetEndpoint("http").Url).Message.ShouldContain("no address yet");
    }
}
