using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

using WasmLab.Tests.Support;

namespace WasmLab.Tests.Assets;

/// <summary>The native server as a process: settings, exit codes, signals.</summary>
[Trait(Category.Name, Category.EndToEnd)]
public sealed partial class NativeHttpbinProcessTests
{
    private const int SignalInterrupt = 2;
    private const int SignalTerminate = 15;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData(SignalTerminate)]
    [InlineData(SignalInterrupt)]
    public async Task Signal_WithConnectionsOpen_EndsItPromptlyWithCodeZero(int signal)
    {
        using var process = Start(new() { ["PORT"] = "0", ["BIND_ADDRESS"] = "127.0.0.1" });
        var address = await ListeningAsync(process);
        using var idle = await ConnectAsync(address);
        using var half = await ConnectAsync(address);
        await half.SendAsync("GET /ge"u8.ToArray(), TestContext.Current.CancellationToken);
        var watch = Stopwatch.StartNew();

        kill(process.Id, signal).ShouldBe(0);

        (await ExitAsync(process)).ShouldBe(0);
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData("PORT", "none", "httpbin: PORT is \"none\": give a number from 0 (any free port) to 65535")]
    [InlineData("PORT", "65536", "httpbin: PORT is \"65536\": give a number from 0 (any free port) to 65535")]
    [InlineData("BIND_ADDRESS", "localhost", "httpbin: BIND_ADDRESS is \"localhost\": give an IPv4 or IPv6 address, for example 127.0.0.1")]
    public async Task Start_WrongSetting_SaysWhatIsRightAndExitsWithTwo(string name, string value, string message)
    {
        using var process = Start(new() { [name] = value });

        (await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)).TrimEnd().ShouldBe(message);
        (await ExitAsync(process)).ShouldBe(2);
    }

    [Fact]
    public async Task Start_OnATakenPort_NamesItAndExitsWithOne()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        using var process = Start(new() { ["PORT"] = $"{port}", ["BIND_ADDRESS"] = "127.0.0.1" });

        (await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)).ShouldStartWith($"httpbin: cannot listen on 127.0.0.1:{port}: ");
        (await ExitAsync(process)).ShouldBe(1);
    }

    [Fact]
    public async Task Start_WithoutFlavorOnIPv6_ListensThere()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "there is no IPv6 here");
        using var process = Start(new() { ["PORT"] = "0", ["BIND_ADDRESS"] = "::1", ["FLAVOR"] = "" });
        var address = await ListeningAsync(process);
        address.Address.ShouldBe(IPAddress.IPv6Loopback);

        using var client = new RawHttp(await ConnectAsync(address));
        await client.SendAsync("GET /get HTTP/1.0\r\n\r\n");
        (await client.ReceiveAsync())!.Body.ShouldStartWith("""{"flavor":"unknown",""");

        process.Kill();
    }

    private static Process Start(Dictionary<string, string> environment)
    {
        Assert.SkipWhen(NativeHttpbin.WhyMissing is not null, NativeHttpbin.WhyMissing ?? "");
        return NativeHttpbin.StartWith(environment);
    }

    private static async Task<IPEndPoint> ListeningAsync(Process process)
    {
        var line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        return IPEndPoint.Parse(line.ShouldNotBeNull()["listening on ".Length..]);
    }

    private static async Task<Socket> ConnectAsync(IPEndPoint address)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(address, TestContext.Current.CancellationToken);
        return socket;
    }

    private static async Task<int> ExitAsync(Process process)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        await process.WaitForExitAsync(deadline.Token);
        return process.ExitCode;
    }

    [LibraryImport("libc")]
    private static partial int kill(int process, int signal);
}
