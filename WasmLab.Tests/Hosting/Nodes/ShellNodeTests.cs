using System.Runtime.Versioning;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using WasmLab.Hosting.Lab;
using WasmLab.Hosting.Nodes;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Hosting.Nodes;

/// <summary>Commands and files reach a node through programs that hand words on as they are and through such that hand them to a shell, as ssh does.</summary>
[Trait(Category.Name, Category.EndToEnd)]
[UnsupportedOSPlatform("windows")]
public sealed class ShellNodeTests : IDisposable
{
    private static readonly string[] s_likeDockerExec = ["env"];

    /// <summary>ssh joins its arguments and gives them to the other side's shell.</summary>
    private static readonly string[] s_likeSsh = ["sh", "-c", "eval \"$*\"", "ssh"];

    private readonly TemporaryDirectory _folder = new();

    public ShellNodeTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "a node is reached through a POSIX shell");

    public static TheoryData<string[]> Prefixes => [s_likeDockerExec, s_likeSsh];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Prefixes))]
    public async Task Read_WordsThatAShellWouldChange_ArriveAsTheyAre(string[] prefix)
    {
        var result = await Node(prefix).ReadAsync(["printf", "%s|", "a b", "$HOME", "it's", "*", "\"q\"", "", "line\nline"], Token);

        result.ShouldBe(new CommandResult(0, "a b|$HOME|it's|*|\"q\"||line\nline|\n", ""));
    }

    [Theory]
    [MemberData(nameof(Prefixes))]
    public async Task Read_CommandThatFails_GivesItsCodeAndItsWords(string[] prefix)
    {
        var result = await Node(prefix).ReadAsync(["sh", "-c", "echo no >&2; exit 7"], Token);

        result.ExitCode.ShouldBe(7);
        result.LastLine.ShouldBe("no");
    }

    [Theory]
    [MemberData(nameof(Prefixes))]
    public async Task Copy_File_IsTheSameToTheByte(string[] prefix)
    {
        var content = new byte[300_001];
        new Random(1).NextBytes(content);
        await File.WriteAllBytesAsync(_folder["source"], content, Token);

        await Node(prefix).CopyAsync(Step(), _folder["source"], _folder["target"], UnixFileMode.UserRead | UnixFileMode.UserExecute, Token);

        (await File.ReadAllBytesAsync(_folder["target"], Token)).ShouldBe(content);
        File.GetUnixFileMode(_folder["target"]).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Directory.GetFiles(_folder.Path).Length.ShouldBe(2);
    }

    [Fact]
    public async Task Copy_CutOffOnTheWay_LeavesTheOldFile()
    {
        await File.WriteAllTextAsync(_folder["source"], new string('x', 100_000), Token);
        await File.WriteAllTextAsync(_folder["target"], "old", Token);
        string[] losesHalf = ["sh", "-c", "case $1 in dd) head -c 50000 > \"${2#of=}\" ;; *) exec \"$@\" ;; esac", "lossy"];

        var failure = await Should.ThrowAsync<DistributedApplicationException>(
            Node(losesHalf).CopyAsync(Step(), _folder["source"], _folder["target"], UnixFileMode.UserRead, Token));

        failure.Message.ShouldContain("less than 100000 bytes arrived");
        (await File.ReadAllTextAsync(_folder["target"], Token)).ShouldBe("old");
        Directory.GetFiles(_folder.Path).Length.ShouldBe(2);
    }

    [Fact]
    public async Task Copy_FolderMissing_NamesNodeAndFile()
    {
        await File.WriteAllTextAsync(_folder["source"], "x", Token);

        var failure = await Should.ThrowAsync<DistributedApplicationException>(
            Node(s_likeDockerExec).CopyAsync(Step(), _folder["source"], _folder["no/target"], UnixFileMode.UserRead, Token));

        failure.Message.ShouldContain("Node n1: ");
        failure.Message.ShouldContain(_folder["no/target"]);
    }

    [Fact]
    public async Task Read_ProgramThatReachesTheNodeMissing_NamesTheSetting()
    {
        var failure = await Should.ThrowAsync<DistributedApplicationException>(Node(["no-such-ssh"]).ReadAsync(["true"], Token));

        failure.Message.ShouldContain("no-such-ssh");
        failure.Message.ShouldContain("WasmLab:Nodes");
    }

    public void Dispose() => _folder.Dispose();

    private static ShellNode Node(IReadOnlyList<string> prefix) => new("n1", prefix, new LabShell(new ProcessRunner(), Options));

    private static LabOptions Options => new() { StateDirectory = "" };

    private static LabStep Step() => new(
        new ClusterResource("cluster"), new ServiceCollection().AddSingleton(Options).BuildServiceProvider(), NullLogger.Instance, notifications: null!);
}
