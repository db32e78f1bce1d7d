using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using WasmLab.Wasm;
using WasmLab.Wasm.Wasi;

namespace WasmLab.Fuzz.Soak;

/// <summary>One instance of the HTTP server, on a thread and a port of its own.</summary>
internal sealed partial class SoakServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TaskCompletionSource<int> _port = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _killed = new();

    private SoakServer()
    {
    }

    /// <summary>The size of the instance's memory, in bytes; known once it listens.</summary>
    public long MemorySize { get; private set; }

    /// <summary>Starts an instance and waits until it listens.</summary>
    public static async Task<SoakServer> StartAsync(Engine engine, Module module)
    {
        var server = new SoakServer();
        engine.StartThread("server", () => server.Run(engine, module));
        await server._port.Task.WaitAsync(Patience);
        return server;
    }

    /// <summary>Asks something, and fails when the answer is not right.</summary>
    public async Task CallAsync(string value)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, await _port.Task, limit.Token);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET /get?value={value} HTTP/1.1\r\nHost: soak\r\nConnection: close\r\n\r\n"), limit.Token);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var answer = await reader.ReadToEndAsync(limit.Token);
        if (!answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal) || !answer.Contains($"\"{value}\"", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"the answer is wrong: {answer}");
        }
    }

    /// <summary>Ends the instance and waits until its thread has left it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _killed.CancelAsync();
        await _ended.Task.WaitAsync(Patience);
        _killed.Dispose();
    }

    private void Run(Engine engine, Module module)
    {
        try
        {
            using var output = new AnnouncementStream(Announced);
            using var context = new WasiContext(new WasiConfiguration
            {
                Arguments = ["httpbin"],
                Environment = new Dictionary<string, string> { ["PORT"] = "0", ["BIND_ADDRESS"] = "127.0.0.1", ["FLAVOR"] = "soak" },
                StandardOutput = new WasiStream(output),
                Network = WasiNetwork.All,
            });
            var linker = new Linker(engine);
            context.AddTo(linker);
            using var instance = linker.Instantiate(module, new InstanceOptions { Cancellation = _killed.Token });
            MemorySize = instance.GetMemory("memory")!.Size;
            instance.GetFunction("_start")!.Invoke([], []);
            throw new InvalidOperationException("the server ended by itself");
        }
        catch (TrapException trap) when (trap.Kind == TrapKind.Interrupted)
        {
            _ended.SetResult();
        }
        catch (Exception exception)
        {
            _port.TrySetException(exception);
            _ended.SetException(exception);
        }
    }

    private void Announced(string line)
    {
        if (Port().Match(line) is { Success: true } match)
        {
            _port.TrySetResult(int.Parse(match.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    [GeneratedRegex(@"listening on .*:(\d+)")]
    private static partial Regex Port();

    private sealed class AnnouncementStream(Action<string> announce) : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count)
        {
            base.Write(buffer, offset, count);
            announce(Encoding.UTF8.GetString(GetBuffer(), 0, (int)Length));
        }

        public override void Write(ReadOnlySpan<byte> buffer) => Write(buffer.ToArray(), 0, buffer.Length);
    }
}
