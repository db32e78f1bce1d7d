using System.Text.Json.Nodes;
using WasmLab.Shim.Inspection;
using WasmLab.Tests.Support;
using WasmLab.Tests.Wasi;
using WasmLab.Wasm;

namespace WasmLab.Tests.Shim;

[Trait(Category.Name, Category.Unit)]
public sealed class InspectCommandTests
{
    [Theory]
    [InlineData("sock_accept", "ii:i", "V1")]
    [InlineData("sock_bind_v2", "iii:i", "V2")]
    [InlineData("sock_recv_from", "iiiiiiii:i", "V2")]
    [InlineData("sock_recv_from", "iiiiiii:i", "V1")]
    [InlineData("sock_getlocaladdr", "iii:i", "V2")]
    [InlineData("sock_accept", "iii:i", null)]
    [InlineData("sock_recv", "iiiiii:i", null)]
    public void Sockets_OfAnImport_HaveTheVersionOfItsSignature(string name, string signature, string? expected)
    {
        var content = Report(new GuestModule().Import(name, signature).Function("_start", ":")).Content!;

        content.Wasi.SocketVersion.ShouldBe(expected);
        content.Node.Handler.ShouldBe("wasmedgev1");
        content.Node.Needs.Count.ShouldBe(expected is null ? 1 : 2);
    }

    [Fact]
    public void Node_ImportThatNobodyOffers_IsNamedAndHasNoHandler()
    {
        var node = Report(new GuestModule().Import("lookup", "i:i", module: "dns").Import("fd_close", "ii:i").Function("_start", ":")).Content!.Node;

        node.Handler.ShouldBeNull();
        node.MissingImports.ShouldBe(["dns.lookup: [i32] -> [i32]", "wasi_snapshot_preview1.fd_close: [i32 i32] -> [i32]"]);
    }

    [Theory]
    [InlineData("_start", "command", "wasmedgev1")]
    [InlineData("_initialize", "reactor", null)]
    [InlineData("add", "library", null)]
    public void Node_ByTheExports_IsToldTheKind(string export, string kind, string? handler)
    {
        var node = Report(new GuestModule().Function(export, ":")).Content!.Node;

        node.Kind.ShouldBe(kind);
        node.Handler.ShouldBe(handler);
    }

    [Fact]
    public void Features_OfInstructionsAndTypes_AreTheToolchainsNames()
    {
        var module = new GuestModule()
            .Function("swap", "ii:ii", 0x20, 1, 0x20, 0)
            .Function("extend", "i:i", 0x20, 0, 0xC0)
            .Function("fill", ":", 0x41, 0, 0x41, 0, 0x41, 0, 0xFC, 0x0B, 0)
            .Function("again", ":", 0x12, 3)
            .Function("vector", ":", 0x41, 0, 0xFD, 0x0F, 0x1A)
            .Function("relaxed", ":", 0x41, 0, 0xFD, 0x0F, 0x41, 0, 0xFD, 0x0F, 0xFD, 0x80, 0x02, 0x1A);

        Report(module).Content!.Features.ShouldBe(["bulk-memory", "multivalue", "relaxed-simd", "sign-ext", "simd128", "tail-call"]);
        Report(new GuestModule().Function("_start", ":")).Content!.Features.ShouldBeEmpty();
    }

    [Fact]
    public void Limits_OfMemory_AreShownAlsoWhenItIsNotExportedOnly()
    {
        var content = Report(new GuestModule { Pages = 3 }.Function("_start", ":")).Content!;

        content.Memories.ShouldBe(["memory 3.. pages"]);
        content.Functions.ShouldBe(1);
    }

    [Fact]
    public void BrokenModule_StillShowsItsSections()
    {
        var wasm = new GuestModule().Function("_start", ":", GuestModule.Drop).Build();

        var report = Report(wasm);

        report.Error.ShouldNotBeNull();
        report.Content.ShouldBeNull();
        report.Sections.Select(section => section.Name).ShouldBe(["type", "import", "function", "memory", "export", "code"]);
        Report(wasm[..^3]).Sections.Count.ShouldBe(5);
    }

    [Fact]
    public void Json_OfHttpbin_TellsWhatANodeNeeds()
    {
        using var output = new StringWriter();
        JsonReport.Write(Report(File.ReadAllBytes(ShimProcess.Httpbin())), output);

        var json = JsonNode.Parse(output.ToString())!;

        ((string?)json["content"]!["node"]!["handler"]).ShouldBe("wasmedgev1");
        ((string?)json["content"]!["wasi"]!["socketVersion"]).ShouldStartWith("V");
        json["sections"]!.AsArray().Select(section => (string?)section!["name"]).ShouldContain("code");
    }

    private static ModuleReport Report(GuestModule module) => Report(module.Build());

    private static ModuleReport Report(byte[] wasm)
    {
        using var engine = new Engine();
        return ModuleReport.Of("module.wasm", wasm, engine);
    }
}
