using WasmLab.Hosting.Clusters;
using WasmLab.Hosting.Lab;
using WasmLab.Tests.Hosting.StandIns;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Hosting;

[Trait(Category.Name, Category.Unit)]
public sealed class MinikubeFailuresTests
{
    [Theory]
    [InlineData("PROVIDER_DOCKER_NOT_RUNNING", 69, "deadline exceeded running \"docker version\"", "sudo systemctl start docker")]
    [InlineData("RSRC_INSUFFICIENT_SYS_MEMORY", 23, "System only has 1500MiB available, less than the required 1800MiB for Kubernetes", "WasmLab:Minikube:Memory")]
    [InlineData("RSRC_INSUFFICIENT_CORES", 29, "Requested cpu count 2 is greater than the available cpus of 1", "WasmLab:Minikube:Cpus")]
    [InlineData("GUEST_START", 80, "failed to start node: controlPlane never updated to v1.35.0", "minikube logs")]
    [InlineData("GUEST_DRIVER_MISMATCH", 81, "The existing \"wasm\" cluster was created using the \"kvm2\" driver", "WasmLab:Minikube:Driver")]
    [InlineData("INET_CACHE_KUBECTL", 40, "Failed to cache kubectl: dial tcp: lookup dl.k8s.io: no such host", "HTTPS_PROXY")]
    public void Failure_OfAKnownReason_HasItsRemedy(string reason, int exitCode, string message, string remedy)
    {
        var failure = Minikube.Failure("It failed", MinikubeEvent.TryParse(MinikubeOutput.Error(reason, exitCode, message)), new CommandResult(exitCode, "", ""));

        failure.Message.ShouldStartWith($"It failed: {message} ({reason}, exit code {exitCode}). Cause: ");
        failure.Message.ShouldContain(remedy);
    }

    [Fact]
    public void Failure_OfAReasonThatNobodyKnows_HasMinikubesAdviceAndLink()
    {
        var error = MinikubeEvent.TryParse(MinikubeOutput.Error("NEW", 80, "Something", "Do\n\t\tthis.", "https://github.com/kubernetes/minikube/issues/1"));

        Minikube.Failure("It failed", error, new CommandResult(80, "", "")).Message
            .ShouldEndWith("Remedy: Do this. https://github.com/kubernetes/minikube/issues/1 Then run this step again.");
    }

    [Fact]
    public void Failure_WithoutAnEvent_HasTheLastLine() =>
        Minikube.Failure("It failed", null, new CommandResult(1, "", "first\nno space left on device\n")).Message
            .ShouldStartWith("It failed: no space left on device (exit code 1). Cause: a disk is full");
}
