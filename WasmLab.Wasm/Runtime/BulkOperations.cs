using System.Runtime.InteropServices;

namespace WasmLab.Wasm.Runtime;

/// <summary>
/// Copies and fills of any length, in parts: between two of them an interruption is noticed, and each is paid for in fuel. When
/// one ends early, what was done before stays done.
/// </summary>
internal static unsafe class BulkOperations
{
    // Far less than a millisecond's work, even of memory that is touched for the first time.
    private const nuint PartSize = 512 * 1024;

    // A unit of fuel is about one instruction.
    private const int BytesPerFuel = 64;

    public static void Copy(InstanceContext* context, void* target, void* source, nuint length)
    {
        // Where the target overlaps the source from above, the parts go from the end to the start.
        if ((nuint)target - (nuint)source < length)
        {
            for (var left = length; left > 0;)
            {
                var part = NextPart(context, left);
                left -= part;
                Buffer.MemoryCopy((byte*)source + left, (byte*)target + left, part, part);
            }

            return;
        }

        for (nuint done = 0; done < length;)
        {
            var part = NextPart(context, length - done);
            Buffer.MemoryCopy((byte*)source + done, (byte*)target + done, part, part);
            done += part;
        }
    }

    public static void Fill(InstanceContext* context, void* target, byte value, nuint length)
    {
        for (nuint done = 0; done < length;)
        {
            var part = NextPart(context, length - done);
            NativeMemory.Fill((byte*)target + done, part, value);
            done += part;
        }
    }

    public static void Fill(InstanceContext* context, nint* target, nint value, nuint count)
    {
        for (nuint done = 0; done < count;)
        {
            var part = NextPart(context, (count - done) * (nuint)sizeof(nint)) / (nuint)sizeof(nint);
            new Span<nint>(target + done, (int)part).Fill(value);
            done += part;
        }
    }

    /// <summary>How many bytes may be worked on at once; pays for them, and traps when the guest must end.</summary>
    public static nuint NextPart(InstanceContext* context, nuint length)
    {
        if (context->IsInterrupted)
        {
            throw RuntimeCalls.Trap((nint)context, (int)TrapKind.Interrupted);
        }

        var part = Math.Min(length, PartSize);
        context->Fuel -= (long)part / BytesPerFuel;
        return context->Fuel >= 0 ? part : throw new TrapException(TrapKind.OutOfFuel);
    }
}
