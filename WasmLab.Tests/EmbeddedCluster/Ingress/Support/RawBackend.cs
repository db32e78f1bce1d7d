using System.Net;
using System.Net.Sockets;
using System.Text;

namespace WasmLab.Tests.EmbeddedCluster.Ingresses.Support;

/// <summary>A pod of which every byte is the test's choice.</summary>
internal sealed class RawBackend : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<RawConnection, Task> _serve;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private readonly List<Task> _serving = [];
    private readonly List<string> _requests = [];
    private int _connections;
    private int _closed;

    private RawBackend(Func<RawConnection, Task> serve)
    {
        _serve = serve;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Connections that this side has closed.</summary>
    public int Closed => Volatile.Read(ref _closed);

    /// <summary>The heads of all requests so far.</summary>
    public IReadOnlyList<string> Requests
    {
        get
        {
            lock (_requests)
            {
                return [.. _requests];
            }
        }
    }

    public static RawBackend Start(Func<RawConnection, Task> serve) => new(serve);

    /// <summary>Reads a head and answers these bytes, again and again on one connection.</summary>
    public static RawBackend Answer(string response) => Start(async connection =>
    {
        while (await connection.ReadHeadAsync() is not null)
        {
            await connection.WriteAsync(response);
        }
    });

    /// <summary>Answers 200 with a text.</summary>
    public static RawBackend Text(string text) => Answer($"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {text.Length}\r\n\r\n{text}");

    /// <summary>A port on which nothing listens.</summary>
    public static int DeadPort()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        return port;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_serving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var socket = await _listener.AcceptSocketAsync(_stop.Token);
            Interlocked.Increment(ref _connections);
            _serving.Add(ServeAsync(socket));
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        using (_stop.Token.Register(socket.Dispose))
        {
            var connection = new RawConnection(socket, head =>
            {
                lock (_requests)
                {
                    _requests.Add(head);
                }
            });
            try
            {
                await _serve(connection);
            }
            catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
            {
                // The ingress closed the connection, or the test is over.
            }
        }

        Interlocked.Increment(ref _closed);
    }
}

/// <summary>One connection to a pod, or of a client.</summary>
internal sealed class RawConnection(Socket socket, Action<string>? onHead = null)
{
    private readonly byte[] _buffer = new byte[256 * 1024];
    private int _start;
    private int _end;

    public static async Task<RawConnection> ConnectAsync(int port)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        return new RawConnection(socket);
    }

    /// <summary>A head with its empty line; null when the peer is gone.</summary>
    public async Task<string?> ReadHeadAsync()
    {
        while (true)
        {
            var end = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                var head = Encoding.Latin1.GetString(_buffer, _start, end + 4);
                _start += end + 4;
                onHead?.Invoke(head);
                return head;
            }

            if (!await FillAsync())
            {
                return null;
            }
        }
    }

    public async Task<string> ReadAsync(int count)
    {
        while (_end - _start < count)
        {
            if (!await FillAsync())
            {
                break;
            }
        }

        var available = Math.Min(count, _end - _start);
        var text = Encoding.Latin1.GetString(_buffer, _start, available);
        _start += available;
        return text;
    }

    /// <summary>Some bytes that are there, or the empty text at the end.</summary>
    public async Task<string> ReadSomeAsync()
    {
        if (_start == _end && !await FillAsync())
        {
            return "";
        }

        return await ReadAsync(_end - _start);
    }

    public async Task<string> ReadToEndAsync()
    {
        var text = new StringBuilder();
        while (await ReadSomeAsync() is { Length: > 0 } some)
        {
            text.Append(some);
        }

        return text.ToString();
    }

    public async Task WriteAsync(string text) => await socket.SendAsync(Encoding.Latin1.GetBytes(text), SocketFlags.None);

    public void Close() => socket.Dispose();

    /// <summary>Closes with a reset instead of a FIN.</summary>
    public void Reset()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }

    private async Task<bool> FillAsync()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        int count;
        try
        {
            count = await socket.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None);
        }
        catch (SocketException)
        {
            return false;
        }

        _end += count;
        return count > 0;
    }
}
