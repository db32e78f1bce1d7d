using System.Diagnostics;
using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.Processes;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedAspire;

[Trait(Category.Name, Category.Unit)]
public sealed class GuardedProcessTests
{
    [Fact]
    public async Task Guard_StarterIsGone_EndsTheProcessAndItsChildren()
    {
        // That the starter's end of the pipe is closed is all that a kill -9 of the starter leaves to be seen.
        using var process = StartWrapped("sleep 1000 & echo $$ $!; wait");
        var ids = (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!.Split(' ').Select(i => int.Parse(i, CultureInfo.InvariantCulture)).ToArray();
        ids[0].ShouldBe(process.Id);

        process.StandardInput.Close();

        await ExecutableTests.GoneAsync(ids[0]);
        await ExecutableTests.GoneAsync(ids[1]);
    }

    [Fact]
    public async Task Guard_ProcessIgnoresSigterm_IsKilled()
    {
        using var process = StartWrapped("trap '' TERM; echo ready; while :; do sleep 1; done");
        (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken)).ShouldBe("ready");

        process.StandardInput.Close();

        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TestApplication.Deadline);
        process.ExitCode.ShouldBe(128 + 9);
    }

    [Fact]
    public async Task Start_ProcessReadsItsInput_SeesItsEndOnlyWhenTheStarterIsGone()
    {
        // The guard sends SIGTERM at the same end of input, which would race with what the process does about it.
        using var process = StartWrapped("trap '' TERM; echo ready; read _; echo end of input");
        (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken)).ShouldBe("ready");
        process.HasExited.ShouldBeFalse();

        process.StandardInput.Close();

        (await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).ShouldStartWith("end of input");
    }

    [Fact]
    public async Task StopAsync_ProcessIgnoresSigterm_IsKilledAfterTheTimeout()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The test runs sh.");
        var ready = new TaskCompletionSource();
        using var process = GuardedProcess.Start("sh", ["-c", "trap '' TERM; echo ready; while :; do sleep 1; done"], "/", new Dictionary<string, string>(), (_, _) => ready.TrySetResult());
        await ready.Task.WaitAsync(TestApplication.Deadline);

        await process.StopAsync(TimeSpan.FromMilliseconds(200), TimeProvider.System, TestContext.Current.CancellationToken);

        (await process.WaitForExitAsync().WaitAsync(TestApplication.Deadline)).ShouldBe(128 + 9);
    }

    [Fact]
    public async Task WaitForExitAsync_ProcessLeavesAChildThatHoldsItsOutput_DoesNotWaitForIt()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The test runs sh.");
        var child = new TaskCompletionSource<int>();
        using var process = GuardedProcess.Start("sh", ["-c", "sleep 1000 & echo $!; exit 5"], "/", new Dictionary<string, string>(), (line, _) => child.TrySetResult(int.Parse(line, CultureInfo.InvariantCulture)));

        (await process.WaitForExitAsync().WaitAsync(TestApplication.Deadline)).ShouldBe(5);

        await ExecutableTests.GoneAsync(await child.Task);
    }

    [Fact]
    public void Start_FolderIsNotThere_ThrowsNamingIt()
        => Should.Throw<DistributedApplicationException>(() => GuardedProcess.Start("sh", [], "/no/such/folder", new Dictionary<string, string>(), (_, _) => { }))
            .Message.ShouldContain("/no/such/folder");

    private static Process StartWrapped(string script)
    {
        Assert.SkipUnless(UnixGuard.TryWrap("/bin/sh", ["-c", script], out var fileName, out var arguments), "Needs setsid or perl.");
        return Process.Start(new ProcessStartInfo(fileName, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
    }
}
