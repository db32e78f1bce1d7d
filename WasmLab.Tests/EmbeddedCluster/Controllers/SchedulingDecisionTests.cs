using System.Text.Json;
using WasmLab.EmbeddedCluster.Controllers;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;
using WasmLab.Tests.Support;
using NodeObject = WasmLab.Kubernetes.Objects.Node;

namespace WasmLab.Tests.EmbeddedCluster.Controllers;

[Trait(Category.Name, Category.Unit)]
public sealed class SchedulingDecisionTests
{
    private const string Ready = "status: { conditions: [{ type: Ready, status: 'True' }] }";

    [Theory]
    [InlineData("spec: {}", Ready, null)]
    [InlineData("spec: {}", "status: { conditions: [{ type: Ready, status: Unknown }] }", "0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }.")]
    [InlineData("spec: {}", "spec: { unschedulable: true }\n" + Ready, "0/1 nodes are available: 1 node(s) were unschedulable.")]
    [InlineData("spec: { nodeSelector: { disk: ssd } }", Ready, "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.")]
    [InlineData("spec: { nodeSelector: { zone: a } }", Ready, null)]
    [InlineData("spec: {}", "spec: { taints: [{ key: gpu, value: 'yes', effect: NoSchedule }] }\n" + Ready, "0/1 nodes are available: 1 node(s) had untolerated taint {gpu: yes}.")]
    [InlineData("spec: {}", "spec: { taints: [{ key: gpu, effect: PreferNoSchedule }] }\n" + Ready, null)]
    [InlineData("spec: { tolerations: [{ key: gpu, value: 'yes' }] }", "spec: { taints: [{ key: gpu, value: 'yes', effect: NoSchedule }] }\n" + Ready, null)]
    [InlineData("spec: { tolerations: [{ operator: Exists }] }", "spec: { taints: [{ key: gpu, value: 'yes', effect: NoExecute }] }\n" + Ready, null)]
    public void Make_OneNode_TakesThePodOrSaysWhyNot(string pod, string node, string? message)
    {
        var decision = SchedulingDecision.Make(
            Read<Pod>("metadata: { name: web }\n" + pod),
            [Read<NodeObject>("metadata: { name: one, labels: { zone: a } }\n" + node)]);

        decision.Message.ShouldBe(message);
        decision.Node?.Metadata.Name.ShouldBe("one");
        (decision.Node is null).ShouldBe(message is not null);
    }

    [Fact]
    public void Make_NoNodes_SaysSo()
    {
        SchedulingDecision.Make(new Pod(), []).Message.ShouldBe("no nodes available to schedule pods");
    }

    private static T Read<T>(string yaml) => Manifest.Parse(yaml)[0].Deserialize<T>(KubernetesJson.Options)!;
}
