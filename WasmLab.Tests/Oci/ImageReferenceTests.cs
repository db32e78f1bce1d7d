using WasmLab.Oci;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Oci;

[Trait(Category.Name, Category.Unit)]
public sealed class ImageReferenceTests
{
    private const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("wasmlab/httpbin:native", "docker.io/wasmlab/httpbin:native", "wasmlab/httpbin:native")]
    [InlineData("debian", "docker.io/library/debian:latest", "debian:latest")]
    [InlineData("docker.io/debian:12", "docker.io/library/debian:12", "debian:12")]
    [InlineData("index.docker.io/library/debian:12", "docker.io/library/debian:12", "debian:12")]
    [InlineData("library/a/b", "docker.io/library/a/b:latest", "library/a/b:latest")]
    [InlineData("localhost/x", "localhost/x:latest", "localhost/x:latest")]
    [InlineData("localhost:5000/x/y:1.0_a-b", "localhost:5000/x/y:1.0_a-b", "localhost:5000/x/y:1.0_a-b")]
    [InlineData("ghcr.io/a/b__c/d.e-f:T", "ghcr.io/a/b__c/d.e-f:T", "ghcr.io/a/b__c/d.e-f:T")]
    [InlineData("Host/x", "Host/x:latest", "Host/x:latest")]
    [InlineData("[::1]:5000/x", "[::1]:5000/x:latest", "[::1]:5000/x:latest")]
    [InlineData("x@" + Digest, "docker.io/library/x@" + Digest, "x@" + Digest)]
    [InlineData("r.io/x:t@" + Digest, "r.io/x:t@" + Digest, "r.io/x:t@" + Digest)]
    public void Parse_AReference_CompletesIt(string text, string full, string familiar)
    {
        var reference = ImageReference.Parse(text);

        reference.ToString().ShouldBe(full);
        reference.Familiar.ShouldBe(familiar);
        ImageReference.Parse(full).ShouldBe(reference);
        ImageReference.Parse(familiar).ShouldBe(reference);
    }

    [Theory]
    [InlineData("")]
    [InlineData(":tag")]
    [InlineData("x:")]
    [InlineData("x:-tag")]
    [InlineData("x y")]
    [InlineData("Upper")]
    [InlineData("a//b")]
    [InlineData("a/../b")]
    [InlineData("../a")]
    [InlineData("a/b/")]
    [InlineData("-a/b")]
    [InlineData("a..b")]
    [InlineData("host.:5000/x")]
    [InlineData("host:port/x")]
    [InlineData("x@sha256:12")]
    [InlineData("x@md5:0123456789abcdef0123456789abcdef")]
    [InlineData("x\n")]
    public void Parse_NoReference_SaysWhy(string text)
    {
        ImageReference.TryParse(text, out _).ShouldBeFalse();
        Should.Throw<ImageException>(() => ImageReference.Parse(text)).Message.ShouldStartWith($"'{text}' is not an image reference: ");
    }

    [Fact]
    public void Parse_ANameOf256Characters_IsRefused()
    {
        ImageReference.TryParse("r.io/" + new string('a', 250), out _).ShouldBeTrue();
        ImageReference.TryParse("r.io/" + new string('a', 251), out _).ShouldBeFalse();
    }
}
