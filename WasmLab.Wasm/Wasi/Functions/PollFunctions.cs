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
    private const int EventSize = 32;
    private const ushort HangUpFlag = 1;

    public static readonly WasiImport[] All =
    [
        WasiImport.Returning("poll_oneoff", "iiii", Poll),
        WasiImport.Returning("epoll_oneoff", "iiii", Poll),
    ];

    private static Errno Poll(WasiCall call)
    {
        var count = call.UInt32(2);
        var size = Subscription.SizeIn(call.Interface);
        if (count == 0 || count > int.MaxValue / size)
        {
            return Errno.Invalid;
        }

        var subscriptions = new Subscriptions(Copy(call.Context, call.Result(0, count * (uint)size)), call.Interface);
        var result = call.Result(3, 4);
        var events = new EventWriter(call.Result(1, count * EventSize));
        var watch = new Watch(call.Context, (int)count);
        for (var i = 0; i < (int)count; i++)
        {
            var subscription = subscriptions[i];
            var errno = subscription.Kind switch
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

    // The guest may have its events written over its subscriptions.
    private static ReadOnlySpan<byte> Copy(WasiContext context, ReadOnlySpan<byte> subscriptions)
    {
        if (context.PollSubscriptions.Length < subscriptions.Length)
        {
            context.PollSubscriptions = new byte[subscriptions.Length];
        }

        subscriptions.CopyTo(context.PollSubscriptions);
        return context.PollSubscriptions.AsSpan(0, subscriptions.Length);
    }

    /// <summary>Writes <c>{u64 userdata; u16 errno @8; u8 kind @10; u64 bytes @16; u16 flags @24}</c>.</summary>
    private ref struct EventWriter(Span<byte> destination)
    {
        private readonly Span<byte> _destination = destination;

        public int Count { get; private set; }

        public void Write(Subscription subscription, Errno errno, long bytes = 0, ushort flags = 0)
        {
            var target = _destination.Slice(Count * EventSize, EventSize);
            target.Clear();
            BinaryPrimitives.WriteUInt64LittleEndian(target, subscription.UserData);
            BinaryPrimitives.WriteUInt16LittleEndian(target[8..], (ushort)errno);
            target[10] = (byte)subscription.Kind;
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

        public Errno AddClock(Subscription subscription)
        {
            if (ClockFunctions.Read(_context, subscription.Clock) is null)
            {
                return Errno.Invalid;
            }

            _hasClock = true;
            var due = DueIn(subscription);
            _earliest = due < _earliest ? due : _earliest;
            return Errno.Success;
        }

        public Errno AddDescriptor(Subscription subscription, int index, ref EventWriter events)
        {
            var reads = subscription.Kind == SubscriptionKind.Read;
            var descriptor = _context.Descriptors.Find(subscription.Descriptor);
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

        public void Wait(Subscriptions subscriptions, ref EventWriter events)
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
                    var subscription = subscriptions[_entrySubscriptions[i]];
                    var bytes = entry.Requested == WaitEvents.Read ? _context.WaitDescriptors[i].ReadableBytes : 1;
                    events.Write(subscription, Errno.Success, bytes, entry.Ready.HasFlag(WaitEvents.HangUp) ? HangUpFlag : (ushort)0);
                }
            }

            if (_hasClock)
            {
                TellClocks(subscriptions, ref events);
            }
        }

        private readonly void TellClocks(Subscriptions subscriptions, ref EventWriter events)
        {
            var elapsed = _time.GetElapsedTime(_start);
            if (elapsed < _earliest)
            {
                return;
            }

            for (var i = 0; i < subscriptions.Count; i++)
            {
                var subscription = subscriptions[i];
                if (subscription.Kind == SubscriptionKind.Clock && DueIn(subscription) - (subscription.IsAbsolute ? TimeSpan.Zero : elapsed) <= TimeSpan.Zero)
                {
                    events.Write(subscription, Errno.Success);
                }
            }
        }

        /// <summary>A relative time-out as it is; for an absolute one, how far away it is now.</summary>
        private readonly TimeSpan DueIn(Subscription subscription)
        {
            var nanoseconds = subscription.Timeout;
            if (subscription.IsAbsolute)
            {
                var now = ClockFunctions.Read(_context, subscription.Clock)!.Value;
                nanoseconds = nanoseconds > now ? nanoseconds - now : 0;
            }

            // Rounded up, so that the clock has really passed the time when the guest looks at it.
            var ticks = (nanoseconds / TimeSpan.NanosecondsPerTick) + (nanoseconds % TimeSpan.NanosecondsPerTick == 0 ? 0UL : 1UL);
            return TimeSpan.FromTicks((long)Math.Min(ticks, (ulong)TimeSpan.MaxValue.Ticks));
        }
    }
}
