using System.Runtime.Versioning;
using Aspire.Hosting;
using WasmLab.Hosting.WasmShims.Containerd;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Hosting.WasmShims;

/// <summary>The shim step on stand-in nodes: real processes, the documented words of the real programs.</summary>
[Trait(Category.Name, Category.EndToEnd)]
[SupportedOSPlatform("linux")]
public sealed class ContainerdInstallTests : IDisposable
{
    private const string Shim = "#!/bin/sh\nprintf '%s:\\n  Version: 0.6.0\\n' \"$0\"\n";
    private readonly TemporaryDirectory _files = new();

    public ContainerdInstallTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the stand-ins are programs of Linux");
        File.WriteAllText(_files["shim"], Shim);
    }

    public static TheoryData<string, string> Nodes => new()
    {
        { "1.6.20", ContainerdConfigs.Default16 },
        { "1.7.27", ContainerdConfigs.Minikube },
        { "v2.0.2", ContainerdConfigs.Version3 },
        { "v2.0.2", ContainerdConfigs.Minikube },
        { "v2.3.0", ContainerdConfigs.Version4 },
    };

    [Theory]
    [MemberData(nameof(Nodes))]
    public async Task Install_ThenAgainThenRemove_ChangesOnceAndLeavesNothing(string version, string config)
    {
        using var node = new StandInNode(version, config);
        await using var step = Step(node);

        await step.InstallAsync();

        ContainerdConfig.Parse(node.Config).Runtimes["wasmedgev1"].Type.ShouldBe("io.containerd.wasmedge.v1");
        File.ReadAllText(node.ProgramPath).ShouldBe(Shim);
        File.GetUnixFileMode(node.ProgramPath).HasFlag(UnixFileMode.OtherExecute).ShouldBeTrue();
        node.Calls.ShouldBe(["systemctl restart containerd"]);
        var log = step.Log;
        log.ShouldContain($"containerd {version}");
        log.ShouldContain($"$ {node.Folder}/enter systemctl restart containerd");
        log.ShouldContain("[1/1] Node node: installed.");
        (await step.ExamineAsync()).ShouldAllBe(finding => finding.Failure == null);

        var installed = node.Config;
        await step.InstallAsync();

        node.Config.ShouldBe(installed);
        node.Calls.Count.ShouldBe(1);
        step.Log.ShouldContain("nothing changed");

        await step.RemoveAsync();

        node.Config.ShouldBe(config);
        node.Files.ShouldBe(["config.toml"]);
        node.Calls.Count.ShouldBe(2);

        await step.RemoveAsync();

        node.Calls.Count.ShouldBe(2);
        step.Log.ShouldContain("nothing changed");
    }

    [Fact]
    public async Task Install_DryRun_ShowsTheCommandsAndChangesNothing()
    {
        using var node = new StandInNode("1.7.27", ContainerdConfigs.Minikube);
        await using var step = Step(node, ("WasmLab:DryRun", "true"));

        await step.InstallAsync();

        node.Config.ShouldBe(ContainerdConfigs.Minikube);
        node.Files.ShouldBe(["config.toml"]);
        node.Calls.ShouldBeEmpty();
        var log = step.Log;
        log.ShouldContain($"{node.Folder}/enter dd of={node.ProgramPath}.wasmlab-part");
        log.ShouldContain("[plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes.wasmedgev1]");
        log.ShouldContain("systemctl restart containerd");
    }

    [Fact]
    public async Task Install_NoConfigurationYet_MakesOneThatKeepsTheDefaultRuntime()
    {
        using var node = new StandInNode("1.6.20", config: null);
        await using var step = Step(node);

        await step.InstallAsync();

        ContainerdConfig.Parse(node.Config).Runtimes.Keys.ShouldBe(["runc", "wasmedgev1"], ignoreOrder: true);

        await step.RemoveAsync();

        node.Files.ShouldBeEmpty();
    }

    [Fact]
    public async Task Install_RuntimesInAnImportedFile_ChangesThatFile()
    {
        using var node = new StandInNode("1.7.27", config: null);
        node["etc/cri.toml"] = ContainerdConfigs.Minikube;
        var main = $"version = 2\nimports = [\"{node.Folder}/etc/cri.toml\"]\n";
        node["etc/config.toml"] = main;
        // As containerd 1.x does: the plugin's section is the imported file's.
        node.Program("bin/containerd", "case $1 in --version) echo 'containerd x 1.7.27 y' ;; *) cat \"$node/etc/config.toml\" \"$node/etc/cri.toml\" | sed '4s/version = 2//' ;; esac");
        node.Delete("bin/crictl");
        await using var step = Step(node);

        await step.InstallAsync();

        node.Config.ShouldBe(main);
        ContainerdConfig.Parse(File.ReadAllText($"{node.Folder}/etc/cri.toml")).Runtimes.Keys.ShouldContain("wasmedgev1");

        await step.RemoveAsync();

        File.ReadAllText($"{node.Folder}/etc/cri.toml").ShouldBe(ContainerdConfigs.Minikube);
    }

    [Fact]
    public async Task Install_ContainerdRefusesTheChange_LeavesTheFileAsItWas()
    {
        using var node = new StandInNode("1.7.27", ContainerdConfigs.Minikube);
        node["refuses"] = "wasmedgev1";
        await using var step = Step(node);

        var failure = await Should.ThrowAsync<DistributedApplicationException>(step.InstallAsync());

        failure.Message.ShouldStartWith("Node node: containerd 1.7.27 does not accept");
        failure.Message.ShouldContain("was expecting token =");
        node.Config.ShouldBe(ContainerdConfigs.Minikube);
        node.Files.ShouldBe(["config.toml", "containerd-shim-wasmedge-v1"]);
        node.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task Install_RestartFails_TakesTheChangeBackAndRestartsWithThat()
    {
        using var node = new StandInNode("1.7.27", ContainerdConfigs.Minikube);
        node["restart-fails"] = "";
        await using var step = Step(node);

        var failure = await Should.ThrowAsync<DistributedApplicationException>(step.InstallAsync());

        failure.Message.ShouldContain("Job for containerd.service failed");
        failure.Message.ShouldContain("it runs with that again");
        node.Config.ShouldBe(ContainerdConfigs.Minikube);
        node.Calls.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Install_AfterAFailure_GoesOnFromThere()
    {
        using var node = new StandInNode("1.7.27", ContainerdConfigs.Minikube);
        node["refuses"] = "wasmedgev1";
        await using var step = Step(node);
        await Should.ThrowAsync<DistributedApplicationException>(step.InstallAsync());
        node.Delete("refuses");

        await step.InstallAsync();
        await step.RemoveAsync();

        node.Config.ShouldBe(ContainerdConfigs.Minikube);
        node.Files.ShouldBe(["config.toml", "containerd-shim-wasmedge-v1"], "the program was there before the handler that came second");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public async Task Install_ConnectionLost_NamesTheNodeAndLeavesNoHalfFile(int afterCommands)
    {
        using var node = new StandInNode("1.7.27", ContainerdConfigs.Minikube);
        node["lost"] = $"{afterCommands}\n";
        await using var step = Step(node);

        var failure = await Should.ThrowAsync<DistributedApplicationException>(step.InstallAsync());

        failure.Message.ShouldStartWith("Node node: ");
        failure.Message.ShouldContain("closed by remote host");
        node.Config.ShouldBe(ContainerdConfigs.Minikube);
        (File.Exists(node.ProgramPath) ? File.ReadAllText(node.ProgramPath) : Shim).ShouldBe(Shim);

        node.Delete("lost");
        await step.InstallAsync();

        ContainerdConfig.Parse(node.Config).Runtimes.Keys.ShouldContain("wasmedgev1");
    }

    [Fact]
    public async Task Install_AnotherHandlerOfThatName_IsReportedWithBothAndLeft()
    {
        const string Other = "[plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes.wasmedgev1]\n  runtime_type = \"io.containerd.wasmtime.v1\" # mine\n";
        using var node = new StandInNode("1.7.27", ContainerdConfigs.Minikube + Other);
        await using (var step = Step(node))
        {
            var failure = await Should.ThrowAsync<DistributedApplicationException>(step.InstallAsync());

            failure.Message.ShouldContain("runtime_type io.containerd.wasmtime.v1");
            failure.Message.ShouldContain("runtime_type io.containerd.wasmedge.v1");
            failure.Message.ShouldContain("WasmLab:Shim:Replace");
            node.Config.ShouldBe(ContainerdConfigs.Minikube + Other);
            node.Files.ShouldBe(["config.toml"]);
        }

        await using var forced = Step(node, ("WasmLab:Shim:Replace", "true"));
        await forced.InstallAsync();
        ContainerdConfig.Parse(node.Config).Runtimes["wasmedgev1"].Type.ShouldBe("io.containerd.wasmedge.v1");
        await forced.RemoveAsync();
        node.Config.ShouldBe(ContainerdConfigs.Minikube + Other);
    }

    [Fact]
    public async Task Install_TheSameHandlerBySomebodyElse_IsTakenAsItIs()
    {
        const string Same = """
            [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.wasmedgev1]
              runtime_type = "io.containerd.wasmedge.v1"
              [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.wasmedgev1.options]
                SystemdCgroup = true

            """;
        using var node = new StandInNode("1.7.27", ContainerdConfigs.Minikube + Same);
        File.Copy(_files["shim"], node.ProgramPath);
        File.SetUnixFileMode(node.ProgramPath, ShimModes.Program);
        await using var step = Step(node);

        await step.InstallAsync();
        await step.RemoveAsync();

        node.Config.ShouldBe(ContainerdConfigs.Minikube + Same);
        node.Calls.ShouldBeEmpty();
        step.Log.ShouldContain("handler wasmedgev1 is not the lab's: nothing changed");
    }

    [Fact]
    public async Task Install_AnotherProgramOfThatName_IsReportedWithBothVersionsAndLeft()
    {
        const string Old = "#!/bin/sh\nprintf '%s:\\n  Version: 0.4.0\\n' \"$0\"\n";
        using var node = new StandInNode("1.7.27", ContainerdConfigs.Minikube);
        File.WriteAllText(node.ProgramPath, Old);
        File.SetUnixFileMode(node.ProgramPath, ShimModes.Program);
        await using (var step = Step(node))
        {
            var failure = await Should.ThrowAsync<DistributedApplicationException>(step.InstallAsync());

            failure.Message.ShouldContain("0.4.0");
            failure.Message.ShouldContain("WasmLab:Shim:Replace");
            File.ReadAllText(node.ProgramPath).ShouldBe(Old);
        }

        await using var forced = Step(node, ("WasmLab:Shim:Replace", "true"));
        await forced.InstallAsync();
        File.ReadAllText(node.ProgramPath).ShouldBe(Shim);
        await forced.RemoveAsync();
        File.ReadAllText(node.ProgramPath).ShouldBe(Old);
        node.Files.ShouldBe(["config.toml", "containerd-shim-wasmedge-v1"]);
    }

    [Fact]
    public async Task Install_NewerProgram_ReplacesTheLabsOwnWithoutARestartOfItsOwn()
    {
        using var node = new StandInNode("1.7.27", ContainerdConfigs.Minikube);
        await using var step = Step(node);
        await step.InstallAsync();
        File.WriteAllText(_files["shim"], Shim + "# newer\n");

        await step.InstallAsync();

        File.ReadAllText(node.ProgramPath).ShouldEndWith("# newer\n");
        await step.RemoveAsync();
        node.Config.ShouldBe(ContainerdConfigs.Minikube);
        node.Files.ShouldBe(["config.toml"]);
    }

    [Fact]
    public async Task Install_ConfiguredButNotLoaded_RestartsContainerd()
    {
        using var node = new StandInNode("1.7.27", ContainerdConfigs.Minikube);
        await using var step = Step(node);
        await step.InstallAsync();
        node["loaded.toml"] = ContainerdConfigs.Minikube;

        await step.InstallAsync();

        node.Calls.Count.ShouldBe(2);
        step.Log.ShouldContain("containerd was restarted to read it");
    }

    [Theory]
    [InlineData("1.4.13", "need 1.6 or later")]
    [InlineData("", "it has Docker, but no containerd")]
    public async Task Install_NodeThatCannot_SaysWhyAndWhatToDo(string version, string reason)
    {
        using var node = new StandInNode(version, ContainerdConfigs.Minikube);
        if (version.Length == 0)
        {
            Assert.SkipWhen(File.Exists("/usr/bin/containerd") || File.Exists("/usr/local/bin/containerd"), "this machine has a containerd, which the stand-in cannot hide");
            node.Delete("bin/containerd");
            node.Program("bin/dockerd", "");
        }

        await using var step = Step(node);

        var failure = await Should.ThrowAsync<DistributedApplicationException>(step.InstallAsync());

        failure.Message.ShouldContain(reason);
        node.Config.ShouldBe(ContainerdConfigs.Minikube);
    }

    [Theory]
    [InlineData("disabled_plugins = [\"cri\"]\n", "disabled_plugins names 'cri'")]
    [InlineData("# File generated by k3s. DO NOT EDIT.\nversion = 2\n", "config.toml.tmpl")]
    public async Task Install_ConfigurationThatWouldNotHelp_SaysWhatToDo(string config, string reason)
    {
        using var node = new StandInNode("1.7.27", config);
        await using var step = Step(node);

        (await Should.ThrowAsync<DistributedApplicationException>(step.InstallAsync())).Message.ShouldContain(reason);

        node.Config.ShouldBe(config);
    }

    [Fact]
    public async Task Install_BrokenConfiguration_IsNotTouched()
    {
        using var node = new StandInNode("1.7.27", ContainerdConfigs.Minikube);
        node["refuses"] = "version";
        await using var step = Step(node);

        var failure = await Should.ThrowAsync<DistributedApplicationException>(step.InstallAsync());

        failure.Message.ShouldContain("refuses the configuration that it has");
        node.Config.ShouldBe(ContainerdConfigs.Minikube);
    }

    [Fact]
    public async Task Install_ProgramOfAnotherArchitecture_IsRefusedBeforeItReachesTheNode()
    {
        using var node = new StandInNode("1.7.27", ContainerdConfigs.Minikube);
        node["architecture"] = "aarch64\n";
        File.WriteAllBytes(_files["shim"], ElfFileTests.Elf(62));
        await using var step = Step(node);

        var failure = await Should.ThrowAsync<DistributedApplicationException>(step.InstallAsync());

        failure.Message.ShouldContain("is for x86_64, but the node is aarch64");
        node.Files.ShouldBe(["config.toml"]);
    }

    [Fact]
    public async Task Install_SeveralNodes_StopsAtTheFirstFailureAndNamesEach()
    {
        using var one = new StandInNode("1.7.27", ContainerdConfigs.Minikube);
        using var two = new StandInNode("1.4.13", ContainerdConfigs.Minikube);
        using var three = new StandInNode("1.7.27", ContainerdConfigs.Minikube);
        // Each node has its own folders: here they differ, so each is reached as its own chroot would be.
        var settings = new Dictionary<string, string?>
        {
            ["WasmLab:Shim:Source"] = "file",
            ["WasmLab:Shim:File"] = _files["shim"],
            ["WasmLab:Shim:ContainerdConfig"] = one.ConfigPath,
            ["WasmLab:Shim:BinDirectory"] = Path.GetDirectoryName(one.ProgramPath),
            ["WasmLab:Nodes:0:Name"] = "a",
            ["WasmLab:Nodes:0:Shell"] = $"{one.Folder}/enter",
            ["WasmLab:Nodes:1:Name"] = "b",
            ["WasmLab:Nodes:1:Shell"] = $"{two.Folder}/enter",
            ["WasmLab:Nodes:2:Name"] = "c",
            ["WasmLab:Nodes:2:Shell"] = $"{three.Folder}/enter",
        };
        await using var step = new ShimStep(settings);

        var failure = await Should.ThrowAsync<DistributedApplicationException>(step.InstallAsync());

        failure.Message.ShouldStartWith("Node b: its containerd is 1.4.13");
        failure.Message.ShouldContain("Not touched: c.");
        step.Log.ShouldContain("[1/3] Node a: installed.");
        three.Calls.ShouldBeEmpty();
    }

    public void Dispose() => _files.Dispose();

    private ShimStep Step(StandInNode node, params (string Key, string Value)[] more)
    {
        var settings = node.Settings;
        settings["WasmLab:Shim:Source"] = "file";
        settings["WasmLab:Shim:File"] = _files["shim"];
        foreach (var (key, value) in more)
        {
            settings[key] = value;
        }

        return new ShimStep(settings);
    }
}
