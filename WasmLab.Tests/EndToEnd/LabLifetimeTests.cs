using System.Net;
using System.Net.Sockets;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EndToEnd;

[Trait(Category.Name, Category.EndToEnd)]
public sealed class LabLifetimeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ExitWhenReady_AllHealthy_PrintsTheTimesAndExitsWithZero()
    {
        await using var lab = LabProcess.Start("--WasmLab:ExitWhenReady=true");

        (await lab.WaitForExitAsync(Token)).ShouldBe(0, lab.Output);

        foreach (var step in (string[])["cluster", "wasm-shim", "ingress", "vcluster-native", "native", "embed", "runtime"])
        {
            lab.Output.ShouldMatch($@"(?m)^{step} +\d+\.\d\d s +\d+\.\d\d s +\d+\.\d\d s$");
        }
    }

    [Fact]
    public async Task ExitWhenReady_NotWithinTheTimeout_NamesWhatIsMissingAndExitsWithOne()
    {
        await using var lab = LabProcess.Start("--WasmLab:ExitWhenReady=true", "--WasmLab:ReadyTimeout=00:00:00.001");

        (await lab.WaitForExitAsync(Token)).ShouldBe(1, lab.Output);

        lab.Output.ShouldContain("not ready within WasmLab:ReadyTimeout");
        lab.Output.ShouldContain("runtime: ");
    }

    [Fact]
    public async Task Port_IsNoNumber_NamesTheSetting()
    {
        await using var lab = LabProcess.Start("--WasmLab:Ingress:Port=web");

        (await lab.WaitForExitAsync(Token)).ShouldNotBe(0);

        lab.Output.ShouldContain("WasmLab:Ingress:Port is 'web'");
    }

    [Theory]
    [InlineData("Ingress")]
    [InlineData("Api")]
    public async Task Port_IsTaken_NamesThePortAndItsSetting(string part)
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        await using var lab = LabProcess.Start("--WasmLab:ExitWhenReady=true", $"--WasmLab:{part}:Port={port}");

        (await lab.WaitForExitAsync(Token)).ShouldBe(1, lab.Output);

        lab.Output.ShouldMatch($"(?m)^  cluster: port {port} .*WasmLab:{part}:Port");
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    [InlineData("KILL")]
    public async Task Signal_EndsTheLab_AndLeavesNoProcess(string signal)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The process table is read from /proc.");
        await using var lab = await LabProcess.StartReadyAsync(Token);
        Assert.SkipWhen(
            signal == "INT" && UnixSignal.IgnoresInterrupt(lab.Id), "These tests run in the background of a shell, which lets them ignore SIGINT.");
        lab.Processes().Count.ShouldBeGreaterThan(3);

        lab.Signal(signal);
        var exitCode = await lab.WaitForExitAsync(Token);

        if (signal != "KILL")
        {
            exitCode.ShouldBe(0);
        }

        await Wait.UntilAsync(
            "no process of the lab is left", () => lab.Processes().Count == 0);
    }

    [Fact]
    public async Task ShimKilled_IsRestartedAndAnswersAgain()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The process table is read from /proc.");
        await using var lab = await LabProcess.StartReadyAsync(Token);

        await KillAndWaitForAnswerAsync(lab, "runtime", process => process.CommandLine.Contains("wasmlab-shim.dll serve", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("native", "/httpbin")]
    [InlineData("embed", "wasmedge ")]
    public async Task PodsProcessKilled_IsRestartedAndAnswersAgain(string flavor, string program)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The process table is read from /proc.");
        Assert.SkipUnless(NativeFlavor.Runnable.Contains(flavor), "No native program is shipped for this platform.");
        await using var lab = await LabProcess.StartReadyAsync(Token);

        await KillAndWaitForAnswerAsync(lab, flavor, process =>
            process.CommandLine.Contains(program, StringComparison.Ordinal)
            && process.CommandLine.StartsWith(lab.StateDirectory, StringComparison.Ordinal));
    }

    private static async Task KillAndWaitForAnswerAsync(LabProcess lab, string flavor, Func<(int Id, string CommandLine), bool> isVictim)
    {
        using var http = new HttpClient();
        var victims = lab.Processes().Where(isVictim).ToList();
        victims.ShouldNotBeEmpty(string.Join('\n', lab.Processes()));

        foreach (var victim in victims)
        {
            UnixSignal.Send(victim.Id, "KILL");
        }

        await Wait.UntilAsync($"{flavor} answers again, from another process", async () =>
        {
            if (lab.Processes().Any(process => victims.Exists(victim => victim.Id == process.Id)))
            {
                return false;
            }

            try
            {
                using var response = await http.GetAsync(lab.AddressOf(flavor), Token);
                return response.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
    }
}
