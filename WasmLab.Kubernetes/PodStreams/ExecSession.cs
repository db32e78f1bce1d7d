using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.Kubernetes.PodStreams;

/// <summary>One command in a container: feeds its input, collects its output, and reads how it ended.</summary>
internal sealed class ExecSession(ChannelSocket channels, ExecOptions options) : IDisposable
{
    private const byte StdinChannel = 0;
    private const byte StdoutChannel = 1;
    private const byte StderrChannel = 2;
    private const byte StatusChannel = 3;

    private readonly MemoryStream _stdout = new();
    private readonly MemoryStream _stderr = new();
    private readonly MemoryStream _status = new();

    public async Task<ExecResult> RunAsync(CancellationToken ct)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var input = options.Stdin is null ? Task.CompletedTask : SendInputAsync(options.Stdin, ended.Token);
        var output = ReceiveAsync(ended.Token);
        try
        {
            await Task.WhenAny(input, output).ConfigureAwait(false);
            if (input.IsFaulted && input.Exception.InnerException is not WebSocketException)
            {
                await input.ConfigureAwait(false);
            }

            await output.ConfigureAwait(false);
        }
        finally
        {
            // A command may end without having read its input.
            await ended.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(input, output).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return new(ExitCode(), Text(_stdout), Text(_stderr));
    }

    public void Dispose()
    {
        _stdout.Dispose();
        _stderr.Dispose();
        _status.Dispose();
    }

    private async Task SendInputAsync(Stream stdin, CancellationToken ct)
    {
        var buffer = new byte[ChannelSocket.SendSize];
        int count;
        while ((count = await stdin.ReadAsync(buffer, ct).ConfigureAwait(false)) > 0)
        {
            await channels.SendAsync(StdinChannel, buffer.AsMemory(0, count), ct).ConfigureAwait(false);
        }

        await channels.EndAsync(StdinChannel, ct).ConfigureAwait(false);
    }

    private async Task ReceiveAsync(CancellationToken ct)
    {
        try
        {
            while (await channels.ReceiveAsync(ct).ConfigureAwait(false) is { } frame)
            {
                var sink = frame.Channel switch
                {
                    StdoutChannel => options.Stdout ?? _stdout,
                    StderrChannel => options.Stderr ?? _stderr,
                    StatusChannel => _status,
                    _ => Stream.Null,
                };
                await sink.WriteAsync(frame.Data, ct).ConfigureAwait(false);
            }
        }
        catch (WebSocketException) when (_status.Length > 0)
        {
            // How it ended is known; the server need not say goodbye.
        }
        catch (WebSocketException exception)
        {
            throw new IOException($"the connection to the command broke: {exception.Message}", exception);
        }
    }

    private int ExitCode()
    {
        if (_status.Length == 0)
        {
            throw new IOException("the connection to the command ended before the command did");
        }

        var status = JsonSerializer.Deserialize<Status>(_status.GetBuffer().AsSpan(0, (int)_status.Length), KubernetesJson.Options)!;
        if (status.Outcome == "Success")
        {
            return 0;
        }

        var code = status.Details?.Causes.Find(cause => cause.Reason == "ExitCode")?.Message;
        return int.TryParse(code, CultureInfo.InvariantCulture, out var exit) ? exit : throw new KubernetesException(status);
    }

    private static string Text(MemoryStream output) => Encoding.UTF8.GetString(output.GetBuffer(), 0, (int)output.Length);
}
