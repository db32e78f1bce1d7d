using System.Diagnostics;
using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedAspire;

[Trait(Category.Name, Category.Unit)]
public sealed class ExecutableTests
{
    private readonly IDistributedApplicationBuilder _builder = TestApplication.CreateBuilder();

    [Fact]
    public async Task Executable_ThatEnds_IsFinishedWithItsExitCodeAndItsOutputIsLogged()
    {
        var (application, executable) = await StartAsync(Shell("echo out; echo err >&2; exit 3"));
        await using var _ = application;

        var snapshot = await application.WaitAsync(executable, KnownResourceStates.Finished);

        snapshot.ExitCode.ShouldBe(3);
        snapshot.State!.Style.ShouldBe(KnownResourceStateStyles.Error);
        snapshot.ResourceType.ShouldBe("Executable");
        snapshot.StartTimeStamp.ShouldNotBeNull();
        snapshot.StopTimeStamp.ShouldNotBeNull();
        var lines = (await application.Services.GetRequiredService<ResourceLoggerService>().GetAllAsync(executable).ToListAsync()).SelectMany(l => l).ToArray();
        lines.ShouldContain(l => l.Content.EndsWith(" out", StringComparison.Ordinal) && !l.IsErrorMessage);
        lines.ShouldContain(l => l.Content.EndsWith(" err", StringComparison.Ordinal) && l.IsErrorMessage);
    }

    [Fact]
    public async Task Executable_EnvironmentArgumentsAndFolder_AreThoseOfTheModel()
    {
        var folder = Directory.CreateTempSubdirectory("wasmlab-").FullName;
        var parameter = _builder.AddParameter("p", "from a parameter");
        var dependency = _builder.AddExecutable("other", "sh", ".", "-c", "read _").WithHttpEndpoint(name: "web");
        var (application, executable) = await StartAsync(Shell("echo \"$A|$B|$C|$1|$2|$(pwd)|$services__other__web__0|$OTHER_WEB\"")
            .WithWorkingDirectory(folder)
            .WithEnvironment("A", "text")
            .WithEnvironment("B", parameter)
            .WithEnvironment("C", $"{dependency.GetEndpoint("web").Property(EndpointProperty.HostAndPort)}/x")
            .WithReference(dependency.GetEndpoint("web"))
            .WithArgs("first arg")
            .WithArgs(context => context.Args.Add(parameter.Resource)));
        await using var _ = application;

        var snapshot = await application.WaitAsync(executable, KnownResourceStates.Finished);

        var address = dependency.GetEndpoint("web").Url;
        (await application.LogAsync(executable)).ShouldContain($"text|from a parameter|{new Uri(address).Authority}/x|first arg|from a parameter|{folder}|{address}|{address}");
        snapshot.EnvironmentVariables.ShouldContain(new EnvironmentVariableSnapshot("A", "text", IsFromSpec: true));
        snapshot.Relationships.Select(r => (r.ResourceName, r.Type)).ShouldBe([("p", "Reference"), ("other", "Reference")], ignoreOrder: true);
        Directory.Delete(folder);
    }

    [Fact]
    public async Task Executable_Endpoint_HasAFreePortThatTheProcessIsTold()
    {
        var (application, executable) = await StartAsync(Shell("echo port=$PORT; read _").WithHttpEndpoint(env: "PORT"));
        await using var _ = application;

        var snapshot = await application.WaitAsync(executable, s => s.State?.Text == KnownResourceStates.Running && s.Urls.Any(u => !u.IsInactive));

        var endpoint = executable.GetEndpoint("http");
        endpoint.Port.ShouldBeInRange(1, 65535);
        snapshot.Urls.ShouldHaveSingleItem().Url.ShouldBe($"http://localhost:{endpoint.Port}");
        snapshot.EnvironmentVariables.ShouldContain(e => e.Name == "PORT" && e.Value == endpoint.Port.ToString(CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Executable_ThatIsNotThere_FailsToStartAndSaysWhatToDo()
    {
        var (application, executable) = await StartAsync(_builder.AddExecutable("a", "no-such-program-anywhere", "."));
        await using var _ = application;

        await application.WaitAsync(executable, KnownResourceStates.FailedToStart);

        (await application.LogAsync(executable)).ShouldContain("neither a file nor a program in PATH");
    }

    [Fact]
    public async Task Executable_NeedsAParameterWithoutValue_FailsToStartNamingItsKey()
    {
        var parameter = _builder.AddParameter("token");
        var (application, executable) = await StartAsync(Shell("true").WithEnvironment("TOKEN", parameter));
        await using var _ = application;

        await application.WaitAsync(executable, KnownResourceStates.FailedToStart);

        (await application.LogAsync(executable)).ShouldContain("Parameters:token");
    }

    [Fact]
    public async Task Commands_StopStartAndRestart_DoSo()
    {
        var (application, executable) = await StartAsync(Shell("read _"));
        await using var _ = application;
        var first = await application.WaitAsync(executable, KnownResourceStates.Running);
        StatesOf(first).ShouldBe([("start", ResourceCommandState.Hidden), ("stop", ResourceCommandState.Enabled), ("restart", ResourceCommandState.Enabled)]);

        (await application.ResourceCommands.ExecuteCommandAsync(executable, KnownResourceCommands.StopCommand)).Success.ShouldBeTrue();
        var stopped = await application.WaitAsync(executable, KnownResourceStates.Exited);
        StatesOf(stopped).ShouldBe([("start", ResourceCommandState.Enabled), ("stop", ResourceCommandState.Hidden), ("restart", ResourceCommandState.Disabled)]);
        IsAlive(PidOf(first)).ShouldBeFalse();

        (await application.ResourceCommands.ExecuteCommandAsync(executable, KnownResourceCommands.StartCommand)).Success.ShouldBeTrue();
        var second = await application.WaitAsync(executable, KnownResourceStates.Running);
        second.ExitCode.ShouldBeNull();

        (await application.ResourceCommands.ExecuteCommandAsync(executable, KnownResourceCommands.RestartCommand)).Success.ShouldBeTrue();
        var third = await application.WaitAsync(executable, s => s.State?.Text == KnownResourceStates.Running && PidOf(s) != PidOf(second));
        IsAlive(PidOf(second)).ShouldBeFalse();
        IsAlive(PidOf(third)).ShouldBeTrue();
    }

    [Fact]
    public async Task StartCommand_WhileItWaits_StartsItRegardless()
    {
        var dependency = _builder.AddTest("dependency");
        var (application, executable) = await StartAsync(Shell("read _").WaitFor(dependency));
        await using var _ = application;
        await application.WaitAsync(executable, KnownResourceStates.Waiting);

        await application.ResourceCommands.ExecuteCommandAsync(executable, KnownResourceCommands.StartCommand);

        await application.WaitAsync(executable, KnownResourceStates.Running);
    }

    [Fact]
    public async Task ExplicitStart_Executable_StaysNotStartedUntilAsked()
    {
        var (application, executable) = await StartAsync(Shell("read _").WithExplicitStart());
        await using var _ = application;

        await application.WaitAsync(executable, KnownResourceStates.NotStarted);
        await application.ResourceCommands.ExecuteCommandAsync(executable, KnownResourceCommands.StartCommand);

        await application.WaitAsync(executable, KnownResourceStates.Running);
    }

    [Fact]
    public async Task StopAsync_ProcessWithChildren_EndsThemAll()
    {
        var (application, executable) = await StartAsync(Shell("sleep 1000 & echo child=$!; wait"));
        await using var _ = application;
        var process = PidOf(await application.WaitAsync(executable, KnownResourceStates.Running));
        var child = await ChildOf(application, executable);

        await application.StopAsync();

        application.StateOf(executable).ShouldBe(KnownResourceStates.Exited);
        await GoneAsync(process);
        await GoneAsync(child);
    }

    [Fact]
    public async Task StopAsync_ProcessEndsOnSigterm_IsGivenTheTimeForIt()
    {
        var (application, executable) = await StartAsync(Shell("trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.05; done"));
        await using var _ = application;
        await LineAsync(application, executable, "ready");

        await application.StopAsync();

        (await application.LogAsync(executable)).ShouldContain("bye");
        application.ResourceNotifications.TryGetCurrentState("a", out var found).ShouldBeTrue();
        found!.Snapshot.ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task WithOtlpExporter_Receiver_IsToldToTheProcess()
    {
        _builder.Configuration["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = "http://localhost:19000";
        _builder.Configuration["AppHost:OtlpApiKey"] = "key";
        var (application, executable) = await StartAsync(Shell("read _").WithOtlpExporter());
        await using var _ = application;

        var environment = (await application.WaitAsync(executable, KnownResourceStates.Running)).EnvironmentVariables.ToDictionary(e => e.Name, e => e.Value);

        environment["OTEL_EXPORTER_OTLP_ENDPOINT"].ShouldBe("http://localhost:19000");
        environment["OTEL_EXPORTER_OTLP_PROTOCOL"].ShouldBe("grpc");
        environment["OTEL_EXPORTER_OTLP_HEADERS"].ShouldBe("x-otlp-api-key=key");
        environment["OTEL_SERVICE_NAME"].ShouldBe("a");
        environment["OTEL_RESOURCE_ATTRIBUTES"]!.ShouldStartWith("service.instance.id=");
    }

    [Fact]
    public async Task WithOtlpExporter_ReceiverOverHttpAskedForAndNotThere_FailsNamingTheSetting()
    {
        _builder.Configuration["ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"] = null;
        var (application, executable) = await StartAsync(Shell("read _").WithOtlpExporter(OtlpProtocol.HttpProtobuf));
        await using var _ = application;

        await application.WaitAsync(executable, KnownResourceStates.FailedToStart);

        (await application.LogAsync(executable)).ShouldContain("ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL");
    }

    internal static async Task GoneAsync(int process)
    {
        using var deadline = new CancellationTokenSource(TestApplication.Deadline);
        while (IsAlive(process))
        {
            await Task.Delay(20, deadline.Token);
        }
    }

    internal static bool IsAlive(int process)
    {
        try
        {
            using var found = Process.GetProcessById(process);
            // A zombie has ended; whoever inherited it has not looked yet.
            return !found.HasExited && !(File.Exists($"/proc/{process}/stat") && File.ReadAllText($"/proc/{process}/stat").Split(") ")[^1].StartsWith('Z'));
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or IOException)
        {
            return false;
        }
    }

    private IResourceBuilder<ExecutableResource> Shell(string script)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The test runs sh.");
        return _builder.AddExecutable("a", "sh", ".", "-c", script, "sh");
    }

    private async Task<(DistributedApplication Application, ExecutableResource Executable)> StartAsync(IResourceBuilder<ExecutableResource> executable)
    {
        var application = _builder.Build();
        await application.StartAsync(TestContext.Current.CancellationToken);
        return (application, executable.Resource);
    }

    private static int PidOf(CustomResourceSnapshot snapshot) => (int)snapshot.Properties.Single(p => p.Name == "executable.pid").Value!;

    private static IEnumerable<(string, ResourceCommandState)> StatesOf(CustomResourceSnapshot snapshot) => snapshot.Commands.Select(c => (c.Name, c.State));

    private static async Task<int> ChildOf(DistributedApplication application, IResource resource)
        => int.Parse((await LineAsync(application, resource, "child=")).Split("child=")[1], CultureInfo.InvariantCulture);

    private static async Task<string> LineAsync(DistributedApplication application, IResource resource, string part)
    {
        using var deadline = new CancellationTokenSource(TestApplication.Deadline);
        await foreach (var lines in application.Services.GetRequiredService<ResourceLoggerService>().WatchAsync(resource).WithCancellation(deadline.Token))
        {
            if (lines.FirstOrDefault(l => l.Content.Contains(part, StringComparison.Ordinal)) is { Content: { } content })
            {
                return content;
            }
        }

        throw new InvalidOperationException($"The log ended without '{part}'.");
    }
}
