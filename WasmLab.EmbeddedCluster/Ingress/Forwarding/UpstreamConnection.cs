using System.Net.Sockets;

namespace WasmLab.EmbeddedCluster.Ingresses.Forwarding;

/// <summary>Why a connection to a pod was closed from this side while a request was using it.</summary>
internal enum ConnectionAbort
{
    None,
    TimedOut,
    ClientAborted,
    RequestBodyFailed,
    Stopped,
}

/// <summary>One HTTP/1.1 connection to a pod, used by one request at a time.</summary>
internal sealed class UpstreamConnection(Socket socket, UpstreamPool pool, TimeProvider timeProvider) : IDisposable
{
    private const int InitialBuffer = 16 * 1024;
    private const long Unarmed = 0;
    private const long Expired = -1;

    private readonly byte[] _received = GC.AllocateUninitializedArray<byte>(InitialBuffer, pinned: true);
    private long _deadline;
    private int _abort;
    private int _start;
    private int _end;

    public UpstreamPool Pool { get; } = pool;

    public Stream Stream => field ??= new NetworkStream(socket, ownsSocket: false);

    /// <summary>Where the head of the next request is written.</summary>
    public HeadBuffer Head { get; } = new();

    /// <summary>Requests that this connection has carried, the current one included.</summary>
    public int Requests { get; set; }

    public long IdleSince { get; set; }

    /// <summary>Bytes received that nobody has consumed.</summary>
    public ReadOnlyMemory<byte> Unread => _received.AsMemory(_start, _end - _start);

    public ConnectionAbort AbortReason => (ConnectionAbort)Volatile.Read(ref _abort);

    /// <summary>True when the peer has closed or sent bytes that no request asked for.</summary>
    public bool IsStale => socket.Poll(0, SelectMode.SelectRead);

    public void Consume(int count)
    {
        _start += count;
        if (_start == _end)
        {
            _start = _end = 0;
        }
    }

    /// <summary>From now on the connection is closed when it is not armed again within the time.</summary>
    public void Arm(TimeSpan timeout)
    {
        var due = timeProvider.GetTimestamp() + (long)(timeout.TotalSeconds * timeProvider.TimestampFrequency);
        if (Interlocked.Exchange(ref _deadline, due) == Expired)
        {
            Volatile.Write(ref _deadline, Expired);
        }
    }

    /// <returns>False when the deadline had passed.</returns>
    public bool Disarm() => Interlocked.Exchange(ref _deadline, Unarmed) != Expired;

    /// <summary>Closes the connection if its deadline has passed.</summary>
    public void CloseIfOverdue(long now)
    {
        var deadline = Volatile.Read(ref _deadline);
        if (deadline > 0 && now > deadline && Interlocked.CompareExchange(ref _deadline, Expired, deadline) == deadline)
        {
            Abort(ConnectionAbort.TimedOut);
        }
    }

    /// <summary>Closes the connection; whoever waits for it fails. The first reason is kept.</summary>
    public void Abort(ConnectionAbort reason)
    {
        if (Interlocked.CompareExchange(ref _abort, (int)reason, (int)ConnectionAbort.None) == (int)ConnectionAbort.None)
        {
            socket.Dispose();
        }
    }

    /// <summary>Sends all of it, in as many steps as the socket takes.</summary>
    public async ValueTask SendAllAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None).ConfigureAwait(false)..];
        }
    }

    /// <summary>Reads more behind what is unread.</summary>
    /// <returns>0 when the pod has closed its side.</returns>
    /// <exception cref="InvalidDataException">The buffer is full and nothing has been consumed.</exception>
    public ValueTask<int> ReceiveAsync()
    {
        if (_end == _received.Length)
        {
            if (_start == 0)
            {
                throw new InvalidDataException($"more than {_received.Length} bytes without a line end");
            }

            _received.AsSpan(_start, _end - _start).CopyTo(_received);
            _end -= _start;
            _start = 0;
        }

        var pending = socket.ReceiveAsync(_received.AsMemory(_end), SocketFlags.None);
        if (pending.IsCompletedSuccessfully)
        {
            var count = pending.Result;
            _end += count;
            return new ValueTask<int>(count);
        }

        return AwaitAsync(pending);
    }

    public void Dispose() => Abort(ConnectionAbort.Stopped);

    private async ValueTask<int> AwaitAsync(ValueTask<int> pending)
    {
        var count = await pending.ConfigureAwait(false);
        _end += count;
        return count;
    }
}
