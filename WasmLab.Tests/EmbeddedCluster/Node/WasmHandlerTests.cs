using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using WasmLab.EmbeddedCluster.Nodes.Runtime;
using WasmLab.Tests.EmbeddedCluster.Nodes.Fakes;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Nodes;

/// <summary>Speaks the protocol of <c>wasmlab-shim serve</c> with a script in its place.</summary>
[Trait(Category.Name, Category.EndToEnd)]
public sealed class WasmHandlerTests : IAsyncDisposable
{
    private const string Shim = """
        #!/bin/sh
        echo "$$" >> "$0.pids"
        echo '{"event":"ready"}'
        while read -r line; do
          echo "$line" >> "$0.requests"
          id=$(echo "$line" | sed 's/.*"id":"\([^"]*\)".*/\1/')
          case "$line" in
            *'"op":"start"'*'/bad.wasm'*) echo "{\"event\":\"exited\",\"id\":\"$id\",\"code\":1,\"reason\":\"unexpected end of module\"}" ;;
            *'"op":"start"'*'/refused.wasm'*) echo "{\"event\":\"error\",\"id\":\"$id\",\"message\":\"no such file\"}" ;;
            *'"op":"start"'*) echo "{\"event\":\"started\",\"id\":\"$id\"}" ;;
            *'"signal":"TERM"'*) echo "{\"event\":\"exited\",\"id\":\"$id\",\"code\":143}" ;;
            *'"signal":"KILL"'*) echo "{\"event\":\"exited\",\"id\":\"$id\",\"code\":137}" ;;
          esac
        done
        """;

    private readonly TemporaryDirectory _directory = new();
    private readonly FakeHandler _processes = new("runc");
    private readonly ConcurrentQueue<string> _restarts = new();
    private readonly WasmHandler _handler;

    public WasmHandlerTests()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the script needs /bin/sh");
        File.WriteAllText(_directory["shim"], Shim);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_directory["shim"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        Directory.CreateDirectory(_directory["rootfs"]);
        foreach (var name in new[] { "web", "bad", "refused" })
        {
            File.WriteAllBytes(_directory[$"rootfs/{name}.wasm"], [0, (byte)'a', (byte)'s', (byte)'m', 1, 0, 0, 0]);
        }

        File.WriteAllText(_directory["rootfs/program"], "#!/bin/sh\n");
        _handler = new WasmHandler("wasmedgev1", _directory["shim"], _directory["cache"], _processes, TimeProvider.System, NullLogger.Instance, _restarts.Enqueue);
    }

    private int[] ProcessIds => [.. File.Exists(_directory["shim.pids"]) ? File.ReadAllLines(_directory["shim.pids"]).Select(int.Parse) : []];

    public async ValueTask DisposeAsync()
    {
        await _handler.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Module_Started_RunsInTheShimUntilSignalled()
    {
        var container = await StartAsync("a", "/web.wasm", "--port", "3000");

        container.Signal(ContainerSignal.Terminate);

        (await ExitAsync(container)).ShouldBe(new ContainerExit(143));
        var request = (await File.ReadAllLinesAsync(_directory["shim.requests"]))[0];
        request.ShouldContain($"\"module\":\"{_directory["rootfs"]}/web.wasm\"");
        request.ShouldContain("\"args\":[\"web.wasm\",\"--port\",\"3000\"]");
        request.ShouldContain("\"env\":{\"FLAVOR\":\"runtime\"}");
        request.ShouldContain($"\"preopens\":{{\"/\":\"{_directory["rootfs"]}\"}}");
    }

    [Fact]
    public async Task Module_Bad_EndsWithTheReason()
    {
        var container = await StartAsync("a", "/bad.wasm");

        (await ExitAsync(container)).ShouldBe(new ContainerExit(1, "unexpected end of module"));
    }

    [Fact]
    public async Task Start_Refused_Throws()
    {
        var exception = await Should.ThrowAsync<ContainerStartException>(() => StartAsync("a", "/refused.wasm"));

        exception.Message.ShouldBe("no such file");
    }

    [Fact]
    public async Task Program_NoModule_IsAnOrdinaryProcess()
    {
        await StartAsync("a", "/program");

        _processes.Started.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Shim_Killed_ContainersAreLostAndItIsStartedAgain()
    {
        var container = await StartAsync("a", "/web.wasm");
        var first = ProcessIds[0];

        UnixSignals.Send(first, UnixSignals.Kill);

        var exit = await ExitAsync(container);
        exit.RuntimeLost.ShouldBeTrue();
        exit.Message.ShouldBe(string.Create(CultureInfo.InvariantCulture, $"wasmlab-shim (process {first}), which ran this container, ended"));
        var again = await StartAsync("b", "/web.wasm");
        again.Exited.IsCompleted.ShouldBeFalse();
        ProcessIds.Length.ShouldBe(2);
        await Wait.UntilAsync("the report", () => !_restarts.IsEmpty);
        _restarts.Single().ShouldBe(string.Create(
            CultureInfo.InvariantCulture, $"Runtime handler wasmedgev1: wasmlab-shim (process {first}) ended with code 137; restarted as process {ProcessIds[1]}"));
    }

    [Fact]
    public async Task Handler_Retired_ShimEndsWithItsLastContainer()
    {
        var container = await StartAsync("a", "/web.wasm");
        _handler.Retire();
        container.Exited.IsCompleted.ShouldBeFalse();

        container.Signal(ContainerSignal.Terminate);

        (await ExitAsync(container)).Code.ShouldBe(143);
        await Wait.UntilAsync("the shim has ended", () => !Directory.Exists($"/proc/{ProcessIds[0]}"));
        (await Should.ThrowAsync<ContainerStartException>(() => StartAsync("b", "/web.wasm"))).Message.ShouldBe("no runtime for \"wasmedgev1\" is configured");
    }

    private Task<IContainer> StartAsync(string id, params string[] arguments) => _handler.StartAsync(
        new Bundle
        {
            Id = id,
            RootFileSystem = _directory["rootfs"],
            Arguments = arguments,
            LogPath = _directory[id + ".log"],
            Environment = new Dictionary<string, string> { ["FLAVOR"] = "runtime" },
        },
        TestContext.Current.CancellationToken);

    private static Task<ContainerExit> ExitAsync(IContainer container) => container.Exited.WaitAsync(TimeSpan.FromSeconds(20));
}
