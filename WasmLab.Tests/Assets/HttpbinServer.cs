using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace WasmLab.Tests.Assets;

/// <summary>A running httpbin of one flavor, on a free port of its own choice.</summary>
public abstract class HttpbinServer : IAsyncLifetime
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);

    private Process? process;

    public abstract string Flavor { get; }

    /// <summary>Null when it cannot be started here.</summary>
    public IPEndPoint? Address { get; private set; }

    public string SkipReason { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        SkipReason = Missing() ?? "";
        if (SkipReason.Length > 0)
        {
            return;
        }

        process = Start(new Dictionary<string, string> { ["FLAVOR"] = Flavor, ["PORT"] = "0", ["BIND_ADDRESS"] = "127.0.0.1" });
        using var timeout = new CancellationTokenSource(StartTimeout);
        var line = await process.StandardOutput.ReadLineAsync(timeout.Token);
        if (line is null)
        {
            throw new InvalidOperationException($"The server ended at once: {await process.StandardError.ReadToEndAsync(timeout.Token)}");
        }

        line.ShouldStartWith("listening on 127.0.0.1:");
        Address = IPEndPoint.Parse(line["listening on ".Length..]);
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    public async Task<Socket> ConnectAsync()
    {
        Assert.SkipUnless(Address is not null, SkipReason);
        process!.HasExited.ShouldBeFalse();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(Address, TestContext.Current.CancellationToken);
        return socket;
    }

    /// <summary>Why it cannot be started here; null when it can.</summary>
    protected abstract string? Missing();

    protected abstract Process Start(IReadOnlyDictionary<string, string> environment);

    protected static Process Run(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    protected static IEnumerable<string> Options(IReadOnlyDictionary<string, string> environment) =>
        environment.SelectMany(variable => new[] { "--env", $"{variable.Key}={variable.Value}" });
}
