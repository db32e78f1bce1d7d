using WasmLab.Hosting.WasmShims.Containerd;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Hosting.WasmShims;

[Trait(Category.Name, Category.Unit)]
public sealed class ContainerdConfigEditorTests
{
    private const string Handler = "wasmedgev1";

    private static readonly RuntimeEntry s_entry =
        new("io.containerd.wasmedge.v1", new Dictionary<string, object> { ["SystemdCgroup"] = true });

    public static TheoryData<string> Configurations =>
    [
        ContainerdConfigs.Default16,
        ContainerdConfigs.Minikube,
        ContainerdConfigs.Version3,
        ContainerdConfigs.Version4,
        ContainerdConfigs.DottedKeys,
        ContainerdConfigs.InlineTable,
        ContainerdConfigs.Minikube.Replace("\n", "\r\n", StringComparison.Ordinal),
        ContainerdConfigs.InlineTable.Replace("\n", "\r\n", StringComparison.Ordinal),
        ContainerdConfigs.Minikube.TrimEnd(),
        "# Größe, 日本語, 🚀: characters of several bytes\n" + ContainerdConfigs.InlineTable,
        "",
        "disabled_plugins = []\n",
        ContainerdConfigEditor.NewFile,
    ];

    [Theory]
    [MemberData(nameof(Configurations))]
    public void Add_ThenRemove_GivesTheSameBytes(string text)
    {
        var added = ContainerdConfigEditor.Add(text, new HandlerBlock(Handler, s_entry));

        ContainerdConfigEditor.Remove(added, Handler).ShouldBe(text);
    }

    [Theory]
    [MemberData(nameof(Configurations))]
    public void Add_AnyConfiguration_ChangesNothingButTheHandler(string text)
    {
        var added = ContainerdConfigEditor.Add(text, new HandlerBlock(Handler, s_entry));

        var (before, after) = (ContainerdConfig.Parse(text), ContainerdConfig.Parse(added));
        after.Runtimes[Handler].IsSameAs(s_entry).ShouldBeTrue();
        after.IsSameWithout(Handler, before).ShouldBeTrue();
        after.Runtimes.Keys.Except([Handler]).ShouldBe(before.Runtimes.Keys);
    }

    [Theory]
    [MemberData(nameof(Configurations))]
    public void Add_Twice_ChangesNothingTheSecondTime(string text)
    {
        var once = ContainerdConfigEditor.Add(text, new HandlerBlock(Handler, s_entry));

        ContainerdConfigEditor.Add(once, new HandlerBlock(Handler, s_entry)).ShouldBe(once);
    }

    [Fact]
    public void Add_UsersLines_KeepTheirPlacesAndComments()
    {
        var added = ContainerdConfigEditor.Add(ContainerdConfigs.Minikube, new HandlerBlock(Handler, s_entry));

        added.ShouldStartWith(ContainerdConfigs.Minikube.TrimEnd('\n'));
        added[ContainerdConfigs.Minikube.Length..].ShouldBe("""

            # wasmlab: begin of handler wasmedgev1. WasmLab added these lines and takes them away again.
            [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.wasmedgev1]
              runtime_type = "io.containerd.wasmedge.v1"
              [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.wasmedgev1.options]
                SystemdCgroup = true
            # wasmlab: end of handler wasmedgev1

            """);
    }

    [Theory]
    [InlineData(1, "plugins.cri.containerd.runtimes")]
    [InlineData(2, "plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes")]
    [InlineData(3, "plugins.\"io.containerd.cri.v1.runtime\".containerd.runtimes")]
    [InlineData(4, "plugins.\"io.containerd.cri.v1.runtime\".containerd.runtimes")]
    public void Add_Version_ChoosesTheSection(int version, string section)
    {
        var text = version == 1 ? "root = \"/x\"\n" : $"version = {version}\n";

        ContainerdConfigEditor.Add(text, new HandlerBlock(Handler, s_entry)).ShouldContain($"[{section}.wasmedgev1]");
    }

    [Fact]
    public void Add_CarriageReturns_AreKeptAndUsed()
    {
        var text = ContainerdConfigs.Minikube.Replace("\n", "\r\n", StringComparison.Ordinal);

        var added = ContainerdConfigEditor.Add(text, new HandlerBlock(Handler, s_entry));

        added.Split('\n')[..^1].ShouldAllBe(line => line.EndsWith('\r'));
    }

    [Fact]
    public void Add_InlineTable_WritesTheLineAgainWithTheHandler()
    {
        var added = ContainerdConfigEditor.Add(ContainerdConfigs.InlineTable, new HandlerBlock(Handler, s_entry));

        added.ShouldContain("# wasmlab wasmedgev1:   runtimes = { runc = ");
        added.ShouldContain("wasmedgev1 = { runtime_type = \"io.containerd.wasmedge.v1\", options = { SystemdCgroup = true } } } # one line");
    }

    [Fact]
    public void Add_InlineTableWithoutRuntimes_MakesThem()
    {
        const string Text = "version = 2\nplugins = { \"io.containerd.grpc.v1.cri\" = { sandbox_image = \"x\" } }\n";

        var added = ContainerdConfigEditor.Add(Text, new HandlerBlock(Handler, s_entry));

        ContainerdConfig.Parse(added).Runtimes.Keys.ShouldBe([Handler]);
        ContainerdConfigEditor.Remove(added, Handler).ShouldBe(Text);
    }

    [Theory]
    [InlineData("[plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes.wasmedgev1]\n  runtime_type = \"other\" # mine\n  pod_annotations = [\n    \"a\",\n  ]\n  [plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes.wasmedgev1.options]\n    X = 1\n[debug]\n  level = \"info\"\n")]
    [InlineData("[plugins.\"io.containerd.grpc.v1.cri\"]\n  containerd.runtimes.wasmedgev1.runtime_type = \"other\"\n  x = 1\n")]
    [InlineData("[plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes]\n  wasmedgev1 = { runtime_type = \"other\" }\n")]
    public void Add_AnotherHandlerOfThatName_IsTurnedIntoCommentsAndComesBack(string rest)
    {
        var text = "version = 2\n" + rest;

        var added = ContainerdConfigEditor.Add(text, new HandlerBlock(Handler, s_entry));

        ContainerdConfig.Parse(added).Runtimes[Handler].IsSameAs(s_entry).ShouldBeTrue();
        ContainerdConfigEditor.Remove(added, Handler).ShouldBe(text);
    }

    [Fact]
    public void Add_AnotherHandlerInsideAnInlineTable_IsRefusedWithTheLine()
    {
        const string Text = "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".containerd]\nruntimes = { wasmedgev1 = { runtime_type = \"other\" } }\n";

        var failure = Should.Throw<FormatException>(() => ContainerdConfigEditor.Add(Text, new HandlerBlock(Handler, s_entry)));

        failure.Message.ShouldContain("line 3");
        failure.Message.ShouldContain("by hand");
    }

    [Fact]
    public void Add_NoToml_SaysWhere() =>
        Should.Throw<FormatException>(() => ContainerdConfigEditor.Add("version = \n", new HandlerBlock(Handler, s_entry))).Message.ShouldContain("(1,");

    [Fact]
    public void Add_TwoHandlers_EachIsRemovedByItself()
    {
        var first = ContainerdConfigEditor.Add(ContainerdConfigs.Minikube, new HandlerBlock("wasm", s_entry));
        var both = ContainerdConfigEditor.Add(first, new HandlerBlock(Handler, s_entry));

        ContainerdConfigEditor.Remove(both, Handler).ShouldBe(first);
        ContainerdConfigEditor.Remove(ContainerdConfigEditor.Remove(both, "wasm"), Handler).ShouldBe(ContainerdConfigs.Minikube);
    }

    [Fact]
    public void Add_Program_IsToldByTheBlock()
    {
        var program = new ShimInstalled("/usr/local/bin/containerd-shim-wasmedge-v1", new string('a', 64), HasReplaced: true);

        var added = ContainerdConfigEditor.Add(ContainerdConfigs.Minikube, new HandlerBlock(Handler, s_entry) { Program = program });

        HandlerBlock.ProgramOf(HandlerBlock.Find(added, Handler)!).ShouldBe(program);
    }

    [Fact]
    public void Add_EntryWithQuotesAndBackslashes_ReadsBackTheSame()
    {
        var entry = new RuntimeEntry("io.containerd.runc.v2", new Dictionary<string, object> { ["BinaryName"] = "/opt/a \"b\"\\c" });

        var added = ContainerdConfigEditor.Add(ContainerdConfigs.Version3, new HandlerBlock("odd.name", entry));

        ContainerdConfig.Parse(added).Runtimes["odd.name"].BinaryName.ShouldBe("/opt/a \"b\"\\c");
    }
}
