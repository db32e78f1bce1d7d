using WasmLab.Hosting.Clusters;
using WasmLab.Tests.Hosting.StandIns;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Hosting;

[Trait(Category.Name, Category.Unit)]
public sealed class MinikubeEventTests
{
    [Fact]
    public void TryParse_AStep_HasItsMessageWithoutTheEmoji()
    {
        var step = MinikubeEvent.TryParse(MinikubeOutput.Step(5, "Pulling Base Image", "🚜  Pulling base image v0.0.50 ..."))!;

        step.Kind.ShouldBe("step");
        step.Message.ShouldBe("Pulling base image v0.0.50 ...");
        step.Field("currentstep").ShouldBe("5");
        step.Reason.ShouldBeNull();
    }

    [Fact]
    public void TryParse_AnErrorThatEndsMinikube_HasItsReason() =>
        MinikubeEvent.TryParse(MinikubeOutput.Error("RSRC_DOCKER_STORAGE", 26, "Docker is out of disk space!"))!.Reason.ShouldBe("RSRC_DOCKER_STORAGE");

    [Fact]
    public void TryParse_AnErrorThatIsOnlyText_HasNoReason() =>
        MinikubeEvent.TryParse("""{"data":{"message":"❗  Executing \"docker info\" took an unusually long time"},"type":"io.k8s.sigs.minikube.error"}""")!.Reason.ShouldBeNull();

    [Theory]
    [InlineData("")]
    [InlineData("* minikube v1.39.0 on Debian")]
    [InlineData("{\"type\":")]
    [InlineData("""{"type":"com.example","data":{}}""")]
    [InlineData("""{"type":"io.k8s.sigs.minikube.step"}""")]
    public void TryParse_WhatIsNoEvent_IsNull(string line) => MinikubeEvent.TryParse(line).ShouldBeNull();
}
