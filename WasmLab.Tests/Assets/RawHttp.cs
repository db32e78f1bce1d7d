using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace WasmLab.Tests.Assets;

/// <summary>An answer as it came over the wire.</summary>
public sealed record RawAnswer(int Status, IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>HTTP by hand: what is sent need not be valid.</summary>
internal sealed class RawHttp(Socket socket) : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    private readonly List<byte> input = [];
    private readonly CancellationTokenSource deadline = new(Timeout);

    public Socket Socket => socket;

    /// <summary>One byte a character, so that a text can hold any bytes.</summary>
    public async Task SendAsync(string text) => await SendAsync(Encoding.Latin1.GetBytes(text));

    /// <summary>A server that has refused a request may have closed before it was sent whole.</summary>
    public async Task SendAsync(byte[] bytes)
    {
        try
        {
            for (var sent = 0; sent < bytes.Length;)
            {
                sent += await socket.SendAsync(bytes.AsMemory(sent), deadline.Token);
            }
        }
        catch (SocketException)
        {
        }
    }

    /// <summary>The next answer; null when the server has closed.</summary>
    public async Task<RawAnswer?> ReceiveAsync(bool hasBody = true)
    {
        int end;
        while ((end = IndexOfHeadEnd()) < 0)
        {
            if (!await ReceiveMoreAsync())
            {
                input.ShouldBeEmpty();
                return null;
            }
        }

        var lines = Encoding.Latin1.GetString([.. input[..end]]).Split("\r\n");
        var headers = lines[1..].Select(line => line.Split(": ", 2)).ToDictionary(field => field[0], field => field[1]);
        lines[0].ShouldStartWith("HTTP/1.1 ");
        var status = int.Parse(lines[0].AsSpan(9, 3), CultureInfo.InvariantCulture);
        var length = hasBody && headers.TryGetValue("content-length", out var value) ? int.Parse(value, CultureInfo.InvariantCulture) : 0;
        input.RemoveRange(0, end + 4);
        while (input.Count < length)
        {
            (await ReceiveMoreAsync()).ShouldBeTrue("the server closed within a body");
        }

        var body = Encoding.UTF8.GetString([.. input[..length]]);
        input.RemoveRange(0, length);
        return new RawAnswer(status, headers, body);
    }

    public void Dispose()
    {
        socket.Dispose();
        deadline.Dispose();
    }

    private async Task<bool> ReceiveMoreAsync()
    {
        var buffer = new byte[16 * 1024];
        int count;
        try
        {
            count = await socket.ReceiveAsync(buffer, deadline.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"No answer within {Timeout.TotalSeconds} s; so far: '{Encoding.Latin1.GetString([.. input])}'");
        }

        input.AddRange(buffer.AsSpan(0, count));
        return count > 0;
    }

    private int IndexOfHeadEnd() => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(input).IndexOf("\r\n\r\n"u8);
}
