using System.Buffers.Binary;
using WasmLab.Wasm.Wasi.Descriptors;
using WasmLab.Wasm.Wasi.Waiting;

namespace WasmLab.Wasm.Wasi.Functions;

/// <summary>
/// <c>poll_oneoff</c>, and WasmEdge's <c>epoll_oneoff</c>: the same call, whose guests also accept events that are told again
/// while their cause lasts.
/// </summary>
internal static class PollFunctions
{
    private const int SubscriptionSize = 48;
    private const int EventSize = 32;
    private const ushort HangUpFlag = 1;

    public static readonly WasiImport[] All =
    [
        WasiImport.Returning("poll_oneoff", "iiii", Poll),
        WasiImport.Returning("epoll_oneoff", "iiii", Poll),
    ];

    private enum SubscriptionKind : byte
    {
        Clock = 0,
        Read = 1,
        Write = 2,
    }

    private static Errno Poll(WasiCall call)
    {
        var count = call.UInt32(2);
        if (count == 0)
        {
            return Errno.Invalid;
        }

        if (count > int.MaxValue / SubscriptionSize)
        {
            return Errno.Invalid;
        }

        var subscriptions = call.Result(0, count * SubscriptionSize);
        var result = call.Result(3, 4);
        var events = new EventWriter(call.Result(1, count * EventSize));
        var watch = new Watch(call.Context, (int)count);
        for (var i = 0; i < (int)count; i++)
        {
            var subscription = subscriptions.Slice(i * SubscriptionSize, SubscriptionSize);
            var errno = (SubscriptionKind)subscription[8] switch
            {
                SubscriptionKind.Clock => watch.AddClock(subscription),
                SubscriptionKind.Read or SubscriptionKind.Write => watch.AddDescriptor(subscription, i, ref events),
                _ => Errno.Invalid,
            };
            if (errno != Errno.Success)
            {
                return errno;
            }
        }

        do
        {
            watch.Wait(subscriptions, ref events);
        }
        while (events.Count == 0);

        BinaryPrimitives.WriteInt32LittleEndian(result, events.Count);
        return Errno.Success;
    }

    private static ulong UserData(ReadOnlySpan<byte> subscription) => BinaryPrimitives.ReadUInt64LittleEndian(subscription);

    /// <summary>Writes <c>{u64 userdata; u16 errno @8; u8 kind @10; u64 bytes @16; u16 flags @24}</c>.</summary>
    private ref struct EventWriter(Span<byte> destination)
    {
        private readonly Span<byte> _destination = destination;

        public int Count { get; private set; }

        public void Write(ReadOnlySpan<byte> subscription, Errno errno, long bytes = 0, ushort flags = 0)
        {
            var target = _destination.Slice(Count * EventSize, EventSize);
            target.Clear();
            BinaryPrimitives.WriteUInt64LittleEndian(target, UserData(subscription));
            BinaryPrimitives.WriteUInt16LittleEndian(target[8..], (ushort)errno);
            target[10] = subscription[8];
            BinaryPrimitives.WriteInt64LittleEndian(target[16..], bytes);
            BinaryPrimitives.WriteUInt16LittleEndian(target[24..], flags);
            Count++;
        }
    }

    /// <summary>What one call waits for: the earliest clock, and the descriptors that may block.</summary>
    private ref struct Watch
    {
        private readonly WasiContext _context;
        private readonly TimeProvider _time;
        private readonly long _start;
        private readonly Span<WaitEntry> _entries;
        private readonly Span<int> _entrySubscriptions;
        private int _entryCount;
        private bool _hasClock;
        private TimeSpan _earliest = TimeSpan.MaxValue;

        public Watch(WasiContext context, int count)
        {
            _context = context;
            _time = context.Configuration.TimeProvider;
            _start = _time.GetTimestamp();
            if (context.WaitEntries.Length < count)
            {
                context.WaitEntries = new WaitEntry[Math.Max(count, context.WaitEntries.Length * 2)];
                context.WaitSubscriptions = new int[context.WaitEntries.Length];
                context.WaitDescriptors = new Descriptor[context.WaitEntries.Length];
            }

            _entries = context.WaitEntries;
            _entrySubscriptions = context.WaitSubscriptions;
            context.PollSequence++;
        }

        public Errno AddClock(ReadOnlySpan<byte> subscription)
        {
            if (ClockFunctions.Read(_context, (ClockId)BinaryPrimitives.ReadUInt32LittleEndian(subscription[16..])) is null)
            {
                return Errno.Invalid;
            }

            _hasClock = true;
            var due = DueIn(subscription);
            _earliest = due < _earliest ? due : _earliest;
            return Errno.Success;
        }

        public Errno AddDescriptor(ReadOnlySpan<byte> subscription, int index, ref EventWriter events)
        {
            var reads = (SubscriptionKind)subscription[8] == SubscriptionKind.Read;
            var descriptor = _context.Descriptors.Find(BinaryPrimitives.ReadUInt32LittleEndian(subscription[16..]));
            if (descriptor is null)
            {
                events.Write(subscription, Errno.BadDescriptor);
            }
            else if (!descriptor.Rights.HasFlag(Rights.PollFdReadWrite))
            {
                events.Write(subscription, Errno.NotCapable);
            }
            else if (!descriptor.TryMarkPolled(_context.PollSequence, reads))
            {
                events.Write(subscription, Errno.Exist);
            }
            else if (descriptor.WaitSource is not { } source)
            {
                events.Write(subscription, Errno.Success, reads ? descriptor.ReadableBytes : 1);
            }
            else
            {
                _context.WaitDescriptors[_entryCount] = descriptor;
                _entrySubscriptions[_entryCount] = index;
                _entries[_entryCount++] = new WaitEntry { Source = source, Requested = reads ? WaitEvents.Read : WaitEvents.Write };
            }

            return Errno.Success;
        }

        public void Wait(ReadOnlySpan<byte> subscriptions, ref EventWriter events)
        {
            var timeout = events.Count > 0 ? TimeSpan.Zero
                : !_hasClock ? WasiContext.Forever
                : TimeSpan.FromTicks(Math.Max(0, (_earliest - _time.GetElapsedTime(_start)).Ticks));
            if (_entryCount > 0 || timeout != TimeSpan.Zero)
            {
                _context.Wait(_entries[.._entryCount], timeout);
            }

            for (var i = 0; i < _entryCount; i++)
            {
                ref readonly var entry = ref _entries[i];
                if (entry.Ready != WaitEvents.None)
                {
                    var subscription = subscriptions.Slice(_entrySubscriptions[i] * SubscriptionSize, SubscriptionSize);
                    var bytes = entry.Requested == WaitEvents.Read ? _context.WaitDescriptors[i].ReadableBytes : 1;
                    events.Write(subscription, Errno.Success, bytes, entry.Ready.HasFlag(WaitEvents.HangUp) ? HangUpFlag : (ushort)0);
                }
            }

            if (_hasClock)
            {
                TellClocks(subscriptions, ref events);
            }
        }

        private readonly void TellClocks(ReadOnlySpan<byte> subscriptions, ref EventWriter events)
        {
            var elapsed = _time.GetElapsedTime(_start);
            if (elapsed < _earliest)
            {
                return;
            }

            for (; !subscriptions.IsEmpty; subscriptions = subscriptions[SubscriptionSize..])
            {
                if ((SubscriptionKind)subscriptions[8] == SubscriptionKind.Clock && DueIn(subscriptions) - (IsAbsolute(subscriptions) ? TimeSpan.Zero : elapsed) <= TimeSpan.Zero)
                {
                    events.Write(subscriptions, Errno.Success);
                }
            }
        }

        private static bool IsAbsolute(ReadOnlySpan<byte> subscription) =>
            (BinaryPrimitives.ReadUInt16LittleEndian(subscription[40..]) & 1) != 0;

        /// <summary>A relative time-out as it is; for an absolute one, how far away it is now.</summary>
        private readonly TimeSpan DueIn(ReadOnlySpan<byte> subscription)
        {
            var nanoseconds = BinaryPrimitives.ReadUInt64LittleEndian(subscription[24..]);
            if (IsAbsolute(subscription))
            {
                var now = ClockFunctions.Read(_context, (ClockId)BinaryPrimitives.ReadUInt32LittleEndian(subscription[16..]))!.Value;
                nanoseconds = nanoseconds > now ? nanoseconds - now : 0;
            }

            // Rounded up, so that the clock has really passed the time when the guest looks at it.
            var ticks = (nanoseconds / TimeSpan.NanosecondsPerTick) + (nanoseconds % TimeSpan.NanosecondsPerTick == 0 ? 0UL : 1UL);
            return TimeSpan.FromTicks((long)Math.Min(ticks, (ulong)TimeSpan.MaxValue.Ticks));
        }
    }
}
