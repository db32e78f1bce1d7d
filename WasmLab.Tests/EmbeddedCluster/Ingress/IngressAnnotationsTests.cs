using WasmLab.EmbeddedCluster.Ingresses.Configuration;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Ingresses;

[Trait(Category.Name, Category.Unit)]
public sealed class IngressAnnotationsTests
{
    [Fact]
    public void Parse_NoAnnotations_GivesTheDefaultsOfIngressNginx()
    {
        var annotations = IngressAnnotations.Parse(new Dictionary<string, string>());

        annotations.Settings.ShouldBe(new LocationSettings
        {
            MaxBodySize = 1024 * 1024,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            ReadTimeout = TimeSpan.FromSeconds(60),
            SendTimeout = TimeSpan.FromSeconds(60),
            Tries = 3,
        });
        annotations.Errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("0", null)]
    [InlineData("512", 512L)]
    [InlineData("8k", 8192L)]
    [InlineData("10M", 10L * 1024 * 1024)]
    [InlineData("1g", 1L << 30)]
    public void Parse_BodySize_IsInBytesAndZeroIsNoLimit(string value, long? expected) =>
        Parse("proxy-body-size", value).Settings.MaxBodySize.ShouldBe(expected);

    [Theory]
    [InlineData("use-regex", "yes")]
    [InlineData("rewrite-target", "/$host")]
    [InlineData("proxy-body-size", "8 MB")]
    [InlineData("proxy-read-timeout", "60s")]
    [InlineData("proxy-connect-timeout", "-1")]
    [InlineData("backend-protocol", "GRPC")]
    [InlineData("app-root", "relative")]
    [InlineData("permanent-redirect", "nowhere")]
    [InlineData("upstream-vhost", "a b")]
    public void Parse_BadValue_NamesTheAnnotationAndTheValue(string name, string value)
    {
        var error = Parse(name, value).Errors.ShouldHaveSingleItem();

        error.ShouldContain("nginx.ingress.kubernetes.io/" + name);
        error.ShouldContain(value);
    }

    [Fact]
    public void Parse_SeveralBadValues_ReportsThemAll() =>
        IngressAnnotations.Parse(new Dictionary<string, string>
        {
            [IngressAnnotations.Prefix + "use-regex"] = "maybe",
            [IngressAnnotations.Prefix + "proxy-body-size"] = "big",
        }).Errors.Count.ShouldBe(2);

    [Fact]
    public void Parse_UnknownAnnotations_AreNamedAndDoNoHarm()
    {
        var annotations = IngressAnnotations.Parse(new Dictionary<string, string>
        {
            [IngressAnnotations.Prefix + "configuration-snippet"] = "return 418;",
            [IngressAnnotations.Prefix + "auth-url"] = "http://x",
            [IngressAnnotations.Prefix + "ssl-redirect"] = "true",
            ["example.com/other"] = "x",
        });

        annotations.Unknown.ShouldBe(["auth-url", "configuration-snippet"]);
        annotations.Errors.ShouldBeEmpty();
    }

    private static IngressAnnotations Parse(string name, string value) =>
        IngressAnnotations.Parse(new Dictionary<string, string> { [IngressAnnotations.Prefix + name] = value });
}
