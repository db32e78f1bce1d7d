using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using WasmLab.EmbeddedCluster.Nodes.Runtime;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Nodes;

/// <summary>Runs shell scripts as containers; they are the images' own programs.</summary>
[Trait(Category.Name, Category.EndToEnd)]
public sealed class ProcessHandlerTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ProcessHandler _handler = new(TimeProvider.System, NullLogger<ProcessHandler>.Instance);

    public ProcessHandlerTests()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the scripts need /bin/sh");
        Directory.CreateDirectory(_directory["c/rootfs/bin"]);
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Container_Ends_ExitCodeAndLogsAreComplete()
    {
        var container = await StartAsync("echo out; echo err >&2; exit 7");

        var exit = await ExitAsync(container);

        exit.ShouldBe(new ContainerExit(7));
        var log = await File.ReadAllLinesAsync(_directory["0.log"]);
        log.Select(line => string.Join(' ', line.Split(' ')[1..])).ShouldBe(["stdout F out", "stderr F err"], ignoreOrder: true);
    }

    [Fact]
    public async Task Container_Environment_IsItsOwnOnly()
    {
        Environment.SetEnvironmentVariable("WASMLAB_TEST_LEAK", "1");

        await ExitAsync(await StartAsync("echo flavor=$FLAVOR leak=$WASMLAB_TEST_LEAK dir=${PWD##*/}"));

        (await File.ReadAllTextAsync(_directory["0.log"])).ShouldContain("stdout F flavor=native leak= dir=rootfs");
    }

    [Fact]
    public async Task Arguments_PathsInTheImage_AreMapped()
    {
        await File.WriteAllTextAsync(_directory["c/rootfs/data.txt"], "content of the image");

        await ExitAsync(await StartAsync("cat \"$1\"; echo; echo \"$2\"", "/data.txt", "/not-there"));

        var log = await File.ReadAllTextAsync(_directory["0.log"]);
        log.ShouldContain("stdout F content of the image");
        log.ShouldContain("stdout F /not-there");
    }

    [Fact]
    public async Task Terminate_Sent_ReachesTheProgram()
    {
        var container = await StartAsync("trap 'echo asked; exit 3' TERM; echo ready; while :; do sleep 0.01; done");
        await LogContainsAsync("ready");

        container.Signal(ContainerSignal.Terminate);

        (await ExitAsync(container)).Code.ShouldBe(3);
        (await File.ReadAllTextAsync(_directory["0.log"])).ShouldContain("asked");
    }

    [Fact]
    public async Task Kill_Sent_EndsTheWholeGroup()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "process groups need setsid");
        var container = await StartAsync("sleep 1000 & echo child $!; wait");
        var child = await ChildAsync();

        container.Signal(ContainerSignal.Kill);

        (await ExitAsync(container)).Code.ShouldBe(137);
        await Wait.UntilAsync("the child has ended", () => !IsRunning(child));
    }

    [Fact]
    public async Task Container_LeavesAProcessBehind_ItEndsToo()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "process groups need setsid");
        var container = await StartAsync("sleep 1000 & echo child $!");

        await ExitAsync(container);

        var child = await ChildAsync();
        await Wait.UntilAsync("the child has ended", () => !IsRunning(child));
    }

    [Fact]
    public async Task Program_NotInImage_SaysSo()
    {
        var bundle = NewBundle() with { Arguments = ["/missing"] };

        var exception = await Should.ThrowAsync<ContainerStartException>(() => _handler.StartAsync(bundle, default));

        exception.Message.ShouldContain("exec: \"/missing\": stat /missing: no such file or directory");
    }

    [Fact]
    public async Task Program_FoundOnThePathOfTheImage()
    {
        WriteProgram("bin/tool", "echo found");

        await ExitAsync(await _handler.StartAsync(NewBundle() with { Arguments = ["tool"] }, default));

        (await File.ReadAllTextAsync(_directory["0.log"])).ShouldContain("stdout F found");
    }

    [Fact]
    public async Task Leftover_OfAnEarlierNode_IsKilledAndRemoved()
    {
        var container = await StartAsync("echo ready; sleep 1000");
        await LogContainsAsync("ready");

        LeftoverProcesses.Clean(_directory.Path, NullLogger.Instance);

        (await ExitAsync(container)).Code.ShouldBe(137);
        Directory.Exists(_directory["c"]).ShouldBeFalse();
    }

    private async Task<IContainer> StartAsync(string script, params string[] arguments)
    {
        WriteProgram("bin/program", script);
        return await _handler.StartAsync(NewBundle() with { Arguments = ["/bin/program", .. arguments] }, default);
    }

    private void WriteProgram(string path, string script)
    {
        File.WriteAllText(_directory["c/rootfs/" + path], "#!/bin/sh\n" + script + "\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_directory["c/rootfs/" + path], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private Bundle NewBundle() => new()
    {
        Id = "c",
        RootFileSystem = _directory["c/rootfs"],
        Arguments = [],
        LogPath = _directory["0.log"],
        Environment = new Dictionary<string, string> { ["FLAVOR"] = "native" },
    };

    private static Task<ContainerExit> ExitAsync(IContainer container) => container.Exited.WaitAsync(TimeSpan.FromSeconds(20));

    private Task LogContainsAsync(string text) =>
        Wait.UntilAsync($"'{text}' in the log", () => File.Exists(_directory["0.log"]) && ReadShared().Contains(text, StringComparison.Ordinal));

    private async Task<int> ChildAsync()
    {
        await LogContainsAsync("child ");
        return int.Parse(ReadShared().Split("child ")[1].Split('\n')[0], System.Globalization.CultureInfo.InvariantCulture);
    }

    private string ReadShared()
    {
        using var file = new FileStream(_directory["0.log"], FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return new StreamReader(file).ReadToEnd();
    }

    private static bool IsRunning(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return !process.HasExited && !File.ReadAllText($"/proc/{processId}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or IOException)
        {
            return false;
        }
    }
}
