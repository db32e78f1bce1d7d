using WasmLab.EmbeddedCluster.Nodes.Cri;
using WasmLab.EmbeddedCluster.Nodes.Cri.V1;
using WasmLab.EmbeddedCluster.Nodes.Images;
using WasmLab.EmbeddedCluster.Nodes.Runtime;
using WasmLab.Tests.EmbeddedCluster.Nodes.Fakes;
using WasmLab.Tests.Support;
using ContainerConfig = WasmLab.EmbeddedCluster.Nodes.Runtime.ContainerConfig;
using V1ContainerConfig = WasmLab.EmbeddedCluster.Nodes.Cri.V1.ContainerConfig;
using PodSandboxConfig = WasmLab.EmbeddedCluster.Nodes.Runtime.PodSandboxConfig;

namespace WasmLab.Tests.EmbeddedCluster.Nodes;

[Trait(Category.Name, Category.Unit)]
public sealed class CriMessagesTests
{
    private static readonly CriMessages Messages = new("node-1");

    [Fact]
    public void Sandbox_OfAnOrdinaryPod_HasItsNamesAndOwnNamespaces()
    {
        var sandbox = Messages.SandboxOf(Config("metadata: { name: web, labels: { app: x, wasmlab.dev/node: other } }\nspec: { containers: [{ name: c, image: i }] }"));

        sandbox.Metadata.Name.ShouldBe("web");
        sandbox.Metadata.Namespace.ShouldBe("default");
        sandbox.Hostname.ShouldBe("web");
        sandbox.Labels["io.kubernetes.pod.uid"].ShouldBe(sandbox.Metadata.Uid);
        sandbox.Labels["app"].ShouldBe("x");
        sandbox.Labels["wasmlab.dev/node"].ShouldBe("node-1", "a pod cannot make itself another node's");
        sandbox.Linux.SecurityContext.NamespaceOptions.ShouldBe(new NamespaceOption { Pid = NamespaceMode.Container });
        sandbox.Linux.SecurityContext.Privileged.ShouldBeFalse();
    }

    [Fact]
    public void Sandbox_OfAPodWithTheHostsNamespaces_HasThemAndNoNameOfItsOwn()
    {
        var sandbox = Messages.SandboxOf(Config(
            "metadata: { name: web }\nspec: { hostNetwork: true, hostPID: true, hostIPC: true, containers: [{ name: c, image: i, securityContext: { privileged: true } }] }"));

        sandbox.Hostname.ShouldBeEmpty();
        sandbox.Linux.SecurityContext.NamespaceOptions.ShouldBe(new NamespaceOption { Network = NamespaceMode.Node, Pid = NamespaceMode.Node, Ipc = NamespaceMode.Node });
        sandbox.Linux.SecurityContext.Privileged.ShouldBeTrue();
    }

    [Fact]
    public void Container_WithLimitsAndSecurity_AsksForThem()
    {
        var container = Container("""
            metadata: { name: web }
            spec:
              securityContext: { runAsUser: 7, runAsGroup: 8 }
              containers:
              - name: c
                image: i
                resources: { requests: { cpu: 250m }, limits: { cpu: 1500m, memory: 64Mi } }
                securityContext: { runAsUser: 9, readOnlyRootFilesystem: true, allowPrivilegeEscalation: false, capabilities: { add: [NET_ADMIN], drop: [ALL] } }
            """);

        container.Linux.Resources.ShouldBe(new LinuxContainerResources { CpuPeriod = 100_000, CpuQuota = 150_000, CpuShares = 256, MemoryLimitInBytes = 64 << 20 });
        var security = container.Linux.SecurityContext;
        (security.RunAsUser.Value, security.RunAsGroup.Value, security.ReadonlyRootfs, security.NoNewPrivs).ShouldBe((9, 8, true, true));
        security.Capabilities.ShouldBe(new Capability { AddCapabilities = { "NET_ADMIN" }, DropCapabilities = { "ALL" } });
    }

    [Fact]
    public void Container_WithNothingSaid_LeavesItToTheImage()
    {
        var container = Container("metadata: { name: web }\nspec: { containers: [{ name: c, image: i }] }");

        container.Command.ShouldBeEmpty();
        container.Args.ShouldBeEmpty();
        container.WorkingDir.ShouldBeEmpty();
        container.Linux.Resources.ShouldBe(new LinuxContainerResources { CpuShares = 2 });
        container.Linux.SecurityContext.RunAsUser.ShouldBeNull();
        container.LogPath.ShouldBe("c/0.log");
        container.Labels["io.kubernetes.container.name"].ShouldBe("c");
        container.Mounts.ShouldBe([new Mount { HostPath = "/data", ContainerPath = "/there", Readonly = true }]);
    }

    private static V1ContainerConfig Container(string yaml)
    {
        var config = Config(yaml);
        return Messages.ContainerOf(config, new ContainerConfig
        {
            Spec = config.Pod.Spec.Containers[0],
            Image = new LocalImage { Name = "docker.io/library/i:latest", Id = "sha256:0" },
            Attempt = 0,
            LogPath = "/logs/pod/c/0.log",
            Mounts = [new ContainerMount("/data", "/there", IsReadOnly: true)],
        });
    }

    private static PodSandboxConfig Config(string yaml) => new(PodHarness.Parse(yaml), null, "/logs/pod");
}
