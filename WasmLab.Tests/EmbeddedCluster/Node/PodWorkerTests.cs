using WasmLab.EmbeddedCluster.Nodes.Runtime;
using WasmLab.Kubernetes.Objects;
using WasmLab.Tests.EmbeddedCluster.Nodes.Fakes;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Nodes;

[Trait(Category.Name, Category.Unit)]
public sealed class PodWorkerTests
{
    private const string Web = """
        metadata: { name: web }
        spec:
          restartPolicy: Always
          containers:
          - { name: web, image: "web:1", ports: [{ containerPort: 3000 }] }
        """;

    [Fact]
    public async Task Pod_WithImage_RunsAndIsReady()
    {
        await using var harness = new PodHarness();

        harness.Start(Web);

        var status = await harness.RunningAsync();
        status.Phase.ShouldBe("Running");
        status.PodIP.ShouldStartWith("127.");
        status.Conditions.Select(condition => $"{condition.Type}={condition.Status}").ShouldBe(
            ["PodReadyToStartContainers=True", "Initialized=True", "Ready=True", "ContainersReady=True", "PodScheduled=True"]);
        status.ContainerStatuses[0].ImageID.ShouldBe("docker.io/web:1@sha256:0");
        harness.Events.Lines.ShouldBe(
        [
            "Normal Pulled Container image \"web:1\" already present on machine",
            "Normal Created Created container: web",
            "Normal Started Started container web",
        ]);
        harness.Last.Bundle.Environment["BIND_ADDRESS"].ShouldBe(status.PodIP);
        harness.Last.Bundle.Environment["PORT"].ShouldBe("3000");
    }

    [Fact]
    public async Task Container_EndsAgainAndAgain_IsRestartedAtOnceThenWithDoublingBackOff()
    {
        await using var harness = new PodHarness();
        harness.Start(Web);
        await harness.RunningAsync();

        harness.Last.Exit(1);
        var restarted = await harness.RunningAsync(restarts: 1);
        restarted.ContainerStatuses[0].LastState.Terminated!.ExitCode.ShouldBe(1);
        restarted.ContainerStatuses[0].LastState.Terminated!.Reason.ShouldBe("Error");

        var expectedRestarts = 1;
        foreach (var delay in new[] { 10, 20, 40, 80, 160, 300, 300 })
        {
            harness.Last.Exit(1);
            var waiting = await harness.WaitingAsync("CrashLoopBackOff");
            waiting.Phase.ShouldBe("Running");
            waiting.ContainerStatuses[0].State.Waiting!.Message.ShouldStartWith($"back-off {(delay < 60 ? $"{delay}s" : $"{delay / 60}m{delay % 60}s")} restarting failed container=web pod=web_default(");
            harness.Advance(delay - 1);
            harness.Status.ContainerStatuses[0].State.Running.ShouldBeNull();
            harness.Advance(1);
            await harness.RunningAsync(++expectedRestarts);
        }

        harness.Events.Lines.Count(line => line.StartsWith("Warning BackOff Back-off restarting failed container web in pod web_default(", StringComparison.Ordinal)).ShouldBe(7);
    }

    [Fact]
    public async Task Container_EndsAfterTenStableMinutes_IsRestartedAtOnce()
    {
        await using var harness = new PodHarness();
        harness.Start(Web);
        await harness.RunningAsync();
        harness.Last.Exit(1);
        await harness.RunningAsync(restarts: 1);
        harness.Advance(601);

        harness.Last.Exit(1);

        await harness.RunningAsync(restarts: 2);
    }

    [Fact]
    public async Task Runtime_Lost_ContainersRestartWithoutBackOff()
    {
        await using var harness = new PodHarness();
        harness.Start(Web);
        for (var restarts = 1; restarts <= 3; restarts++)
        {
            await harness.RunningAsync(restarts - 1);
            harness.Last.Exit(137, "the shim ended", runtimeLost: true);
            await harness.RunningAsync(restarts);
        }

        harness.Events.Lines.ShouldContain("Normal SandboxChanged Pod sandbox changed, it will be killed and re-created.");
        harness.Status.ContainerStatuses[0].LastState.Terminated!.Message.ShouldBe("the shim ended");
    }

    [Fact]
    public async Task Handler_NotConfigured_PodWaitsAndRunsAsSoonAsItIs()
    {
        await using var harness = new PodHarness();
        harness.Api.Add(new RuntimeClass { Metadata = { Name = "wasmedge" }, Handler = "wasmedgev1" });
        harness.Start(Web.Replace("restartPolicy", "runtimeClassName: wasmedge\n  restartPolicy", StringComparison.Ordinal));
        var waiting = await harness.WaitingAsync("ContainerCreating");
        waiting.Phase.ShouldBe("Pending");
        waiting.Conditions.Single(condition => condition.Type == "PodReadyToStartContainers").Status.ShouldBe("False");
        harness.Events.Lines.ShouldBe(
            ["Warning FailedCreatePodSandBox Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox runtime: no runtime for \"wasmedgev1\" is configured"]);

        harness.AddHandler("wasmedgev1");

        await harness.RunningAsync();
    }

    [Fact]
    public async Task RuntimeClass_Missing_PodWaitsWithReason()
    {
        await using var harness = new PodHarness();

        harness.Start(Web.Replace("restartPolicy", "runtimeClassName: wasmedge\n  restartPolicy", StringComparison.Ordinal));

        await Wait.UntilAsync("the event", () => harness.Events.Lines.Contains(
            "Warning FailedCreatePodSandBox Failed to create pod sandbox: runtimeclass.node.k8s.io \"wasmedge\" not found"));
    }

    [Fact]
    public async Task Image_NotInStore_PodBacksOffAndRunsAsSoonAsItIs()
    {
        await using var harness = new PodHarness();
        harness.Start(Web.Replace("web:1", "web:2", StringComparison.Ordinal));
        var failed = await harness.WaitingAsync("ErrImagePull");
        failed.Phase.ShouldBe("Pending");
        failed.ContainerStatuses[0].State.Waiting!.Message!.ShouldContain("web:2: not found");
        harness.Advance(1);
        await harness.WaitingAsync("ImagePullBackOff");

        harness.Images.Add("web:2", "/web");

        await harness.RunningAsync();
        harness.Events.Lines.Take(5).Select(line => line.Split(' ')[1]).ShouldBe(["Pulling", "Failed", "Failed", "BackOff", "Failed"]);
    }

    [Theory]
    [InlineData("IfNotPresent", "web:2")]
    [InlineData("Always", "web:1")]
    public async Task Image_InRegistry_IsPulledAsThePolicySays(string policy, string image)
    {
        await using var harness = new PodHarness();
        harness.Images.Registry[image] = "/web";

        harness.Start(Web.Replace("\"web:1\"", $"\"{image}\", imagePullPolicy: {policy}", StringComparison.Ordinal));

        await harness.RunningAsync();
        harness.Events.Lines.Take(2).ShouldBe([$"Normal Pulling Pulling image \"{image}\"", $"Normal Pulled Successfully pulled image \"{image}\" in 0ms"]);
    }

    [Fact]
    public async Task Image_LoadedWhileBackingOff_IsFoundWithoutBeingTold()
    {
        await using var harness = new PodHarness();
        harness.Start(Web.Replace("web:1", "web:2", StringComparison.Ordinal));
        await harness.WaitingAsync("ErrImagePull");
        harness.Advance(1);
        await harness.WaitingAsync("ImagePullBackOff");

        harness.Images.AddSilently("web:2", "/web");
        harness.Advance(5);

        await harness.RunningAsync();
    }

    [Fact]
    public async Task Image_NotInStoreWithPolicyNever_SaysSo()
    {
        await using var harness = new PodHarness();

        harness.Start(Web.Replace("\"web:1\"", "\"web:2\", imagePullPolicy: Never", StringComparison.Ordinal));

        var failed = await harness.WaitingAsync("ErrImageNeverPull");
        failed.ContainerStatuses[0].State.Waiting!.Message.ShouldBe("Container image \"web:2\" is not present with pull policy of Never");
    }

    [Fact]
    public async Task Image_WithInvalidName_SaysSo()
    {
        await using var harness = new PodHarness();

        harness.Start(Web.Replace("web:1", "not a name", StringComparison.Ordinal));

        await harness.WaitingAsync("InvalidImageName");
    }

    [Fact]
    public async Task Start_Fails_ContainerIsRestartedWithBackOff()
    {
        await using var harness = new PodHarness();
        harness.Handler.Failure = "exec: \"/web\": stat /web: no such file or directory";
        harness.Start(Web);
        await harness.StatusAsync("failed twice", status => status.ContainerStatuses is [{ State.Waiting.Reason: "RunContainerError", RestartCount: 1 }]);
        harness.Advance(1);
        await harness.WaitingAsync("CrashLoopBackOff");
        harness.Status.ContainerStatuses[0].LastState.Terminated!.Reason.ShouldBe("StartError");
        harness.Status.ContainerStatuses[0].LastState.Terminated!.ExitCode.ShouldBe(128);
        harness.Events.Lines.ShouldContain("Warning Failed Error: exec: \"/web\": stat /web: no such file or directory");

        harness.Handler.Failure = null;
        harness.Advance(10);

        await harness.StatusAsync("running", status => status.ContainerStatuses[0].State.Running is not null);
    }

    [Fact]
    public async Task ConfigMap_Missing_ContainerWaitsWithReasonAndStartsLater()
    {
        await using var harness = new PodHarness();
        harness.Start("""
            metadata: { name: web }
            spec:
              containers:
              - name: web
                image: web:1
                args: ["--mode=$(MODE)", "$$(MODE)", "$(OTHER)"]
                env:
                - { name: MODE, valueFrom: { configMapKeyRef: { name: settings, key: mode } } }
                - { name: WHO, valueFrom: { fieldRef: { fieldPath: metadata.name } } }
                - { name: BOTH, value: "$(WHO)-$(MODE)" }
            """);
        var waiting = await harness.WaitingAsync("CreateContainerConfigError");
        waiting.ContainerStatuses[0].State.Waiting!.Message.ShouldBe("configmap \"settings\" not found");

        harness.Api.Add(new ConfigMap { Metadata = { Name = "settings" }, Data = { ["mode"] = "fast" } });
        harness.Advance(10);

        await harness.RunningAsync();
        harness.Last.Bundle.Arguments.ShouldBe(["/web", "--mode=fast", "$(MODE)", "$(OTHER)"]);
        harness.Last.Bundle.Environment["BOTH"].ShouldBe("web-fast");
    }

    [Fact]
    public async Task InitContainers_RunOneAfterTheOtherBeforeTheRest()
    {
        await using var harness = new PodHarness();
        harness.Start("""
            metadata: { name: web }
            spec:
              initContainers:
              - { name: one, image: "web:1" }
              - { name: two, image: "web:1" }
              containers:
              - { name: web, image: "web:1" }
            """);
        await harness.StatusAsync("the first runs", status => status.InitContainerStatuses is [{ State.Running: not null }, { State.Waiting: not null }]);
        harness.Status.Phase.ShouldBe("Pending");
        harness.Status.ContainerStatuses[0].State.Waiting!.Reason.ShouldBe("PodInitializing");
        harness.Handler.Started.Count.ShouldBe(1);

        harness.Last.Exit(0);
        await harness.StatusAsync("the second runs", status => status.InitContainerStatuses[1].State.Running is not null);
        harness.Last.Exit(0);

        var status = await harness.RunningAsync();
        status.Phase.ShouldBe("Running");
        status.InitContainerStatuses.ShouldAllBe(init => init.State.Terminated!.Reason == "Completed" && init.Ready);
    }

    [Theory]
    [InlineData("Never", 0, "Succeeded")]
    [InlineData("Never", 3, "Failed")]
    [InlineData("OnFailure", 0, "Succeeded")]
    public async Task Container_EndsForGood_PodHasPhase(string policy, int code, string phase)
    {
        await using var harness = new PodHarness();
        harness.Start(Web.Replace("Always", policy, StringComparison.Ordinal));
        await harness.RunningAsync();

        harness.Last.Exit(code);

        var status = await harness.StatusAsync("the end", status => status.Phase == phase);
        status.ContainerStatuses[0].State.Terminated!.ExitCode.ShouldBe(code);
        harness.Handler.Started.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Pod_Deleted_IsAskedToEndAndRemoved()
    {
        await using var harness = new PodHarness();
        harness.Start(Web);
        await harness.RunningAsync();

        harness.Delete(graceSeconds: 30);

        await harness.Worker!.Completion.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        harness.Api.IsRemoved(harness.Pod).ShouldBeTrue();
        harness.Last.Signals.ShouldBe([ContainerSignal.Terminate]);
        harness.Events.Lines[^1].ShouldBe("Normal Killing Stopping container web");
    }

    [Fact]
    public async Task Pod_DeletedButDeaf_IsKilledAfterItsGracePeriod()
    {
        await using var harness = new PodHarness();
        harness.Start(Web);
        await harness.RunningAsync();
        harness.Last.IgnoresTerminate = true;
        harness.Delete(graceSeconds: 30);
        await Wait.UntilAsync("asked to end", () => harness.Last.Signals.Count == 1);

        // A second deletion with a shorter grace period counts from then on.
        harness.Delete(graceSeconds: 2);
        await Wait.UntilAsync("killed", () =>
        {
            harness.Advance(1);
            return harness.Worker!.Completion.IsCompleted;
        });

        harness.Last.Signals.ShouldBe([ContainerSignal.Terminate, ContainerSignal.Kill]);
        harness.Api.IsRemoved(harness.Pod).ShouldBeTrue();
    }

    [Fact]
    public async Task Node_Restarted_CountsAsRestartOfTheContainer()
    {
        await using var harness = new PodHarness();

        harness.Start(Web + """

            status:
              phase: Running
              startTime: "2026-11-22T08:00:00Z"
              containerStatuses:
              - { name: web, containerID: "wasmlab://0", restartCount: 2, image: "web:1", imageID: x, ready: true, state: { running: { startedAt: "2026-11-22T08:00:00Z" } } }
            """);

        var status = await harness.RunningAsync(restarts: 3);
        status.ContainerStatuses[0].LastState.Terminated!.Reason.ShouldBe("ContainerStatusUnknown");
        status.StartTime.ShouldBe(new DateTimeOffset(2026, 11, 22, 8, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public async Task Volume_OfUnsupportedKind_PodWaitsWithReason()
    {
        await using var harness = new PodHarness();

        harness.Start("""
            metadata: { name: web }
            spec:
              volumes: [{ name: data, nfs: { server: a, path: /data } }]
              containers:
              - { name: web, image: "web:1", volumeMounts: [{ name: data, mountPath: /data }] }
            """);

        await harness.WaitingAsync("ContainerCreating");
        harness.Events.Lines[0].ShouldStartWith("Warning FailedMount MountVolume.SetUp failed for volume \"data\" : volumes of kind nfs are not supported");
    }

    [Fact]
    public async Task HostPath_OfTheWrongType_PodWaitsWithReasonAndRunsWhenItIsThere()
    {
        using var directory = new TemporaryDirectory();
        await using var harness = new PodHarness();

        harness.Start($$"""
            metadata: { name: web }
            spec:
              volumes: [{ name: data, hostPath: { path: "{{directory["data"]}}", type: Directory } }]
              containers:
              - { name: web, image: "web:1", volumeMounts: [{ name: data, mountPath: /data, readOnly: true }] }
            """);
        await harness.WaitingAsync("ContainerCreating");
        harness.Events.Lines[0].ShouldBe(
            $"Warning FailedMount MountVolume.SetUp failed for volume \"data\" : hostPath type check failed: {directory["data"]} is not a Directory");

        Directory.CreateDirectory(directory["data"]);
        harness.Advance(10);

        await harness.RunningAsync();
        harness.Last.Bundle.Mounts.ShouldBe([new ContainerMount(directory["data"], "/data", IsReadOnly: true)]);
    }

    [Fact]
    public async Task Addresses_Shared_ContainerIsToldAFreePort()
    {
        await using var harness = new PodHarness(canBind: _ => false);

        harness.Start(Web);

        var status = await harness.RunningAsync();
        status.PodIP.ShouldBe("127.0.0.1");
        harness.Last.Bundle.Address.ShouldBeNull();
        int.Parse(harness.Last.Bundle.Environment["PORT"], System.Globalization.CultureInfo.InvariantCulture).ShouldNotBe(3000);
    }
}
