using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using WasmLab.Hosting.Clusters;
using WasmLab.Hosting.Lab;
using WasmLab.Hosting.Nodes;
using WasmLab.Tests.Hosting.StandIns;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Hosting;

/// <summary>Commands and files reach a node through <c>minikube ssh</c> and <c>minikube cp</c>, whose words a shell on the node reads once more.</summary>
[Trait(Category.Name, Category.EndToEnd)]
public sealed class MinikubeNodeTests : IAsyncDisposable
{
    private readonly StandInMachine _machine = new();
    private readonly TemporaryDirectory _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _machine.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("two  words")]
    [InlineData("it's \"quoted\" $HOME `id` \\ * ;")]
    [InlineData("")]
    public async Task Read_AnyWord_ArrivesAsItIs(string word)
    {
        var answer = await Node().ReadAsync(["printf", "%s|", word, "end"], Token);

        answer.Output.TrimEnd('\n').ShouldBe($"{word}|end|");
    }

    [Fact]
    public async Task Read_CommandFails_HasItsExitCodeAndItsWordsOnly()
    {
        var answer = await Node().ReadAsync(["sh", "-c", "echo out; echo err >&2; exit 3"], Token);

        answer.ShouldBe(new CommandResult(3, "out\n", "err\n"));
    }

    [Fact]
    public async Task Copy_AFile_IsThereWithItsMode()
    {
        var (source, target) = (_folder["source"], _folder["target"]);
        await File.WriteAllTextAsync(source, "content", Token);

        await Node().CopyAsync(Step(), source, target, UnixFileMode.UserRead | UnixFileMode.UserExecute, Token);

        (await File.ReadAllTextAsync(target, Token)).ShouldBe("content");
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(target).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        Directory.EnumerateFiles(_folder.Path).Count().ShouldBe(2);
    }

    [Fact]
    public async Task Change_InARehearsal_RunsNothing()
    {
        var answer = await Node(isRehearsal: true).ChangeAsync(Step(isRehearsal: true), ["touch", _folder["touched"]], Token);

        answer.Succeeded.ShouldBeTrue();
        _machine.Tools.Calls.ShouldBeEmpty();
    }

    private MinikubeNode Node(bool isRehearsal = false)
    {
        var options = new LabOptions { StateDirectory = _folder.Path, DryRun = isRehearsal };
        var shell = new LabShell(_machine.Runner, options);
        return new MinikubeNode("wasm", new Minikube(shell, options), shell);
    }

    private LabStep Step(bool isRehearsal = false)
    {
        var services = new ServiceCollection().AddSingleton(new LabOptions { StateDirectory = _folder.Path, DryRun = isRehearsal }).BuildServiceProvider();
        return new LabStep(new ClusterResource("cluster"), services, NullLogger.Instance, notifications: null!);
    }
}
