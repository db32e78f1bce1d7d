using System.Buffers.Binary;
using System.Text;

namespace WasmLab.Wasm.Wasi.Functions;

/// <summary>How arguments and environment are handed over: an array of pointers, and the strings with a NUL after each.</summary>
internal static class StringTable
{
    private const int PointerSize = 4;

    public static Errno WriteSizes(WasiCall call, IReadOnlyCollection<string> strings)
    {
        var count = call.Result(0, 4);
        var size = call.Result(1, 4);
        BinaryPrimitives.WriteUInt32LittleEndian(count, (uint)strings.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(size, (uint)strings.Sum(SizeOf));
        return Errno.Success;
    }

    public static Errno Write(WasiCall call, IReadOnlyCollection<string> strings)
    {
        var pointers = call.Result(0, (uint)(strings.Count * PointerSize));
        var address = call.UInt32(1);
        var bytes = call.Result(1, (uint)strings.Sum(SizeOf));
        foreach (var text in strings)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(pointers, address);
            var length = Encoding.UTF8.GetBytes(text, bytes);
            bytes[length] = 0;
            pointers = pointers[PointerSize..];
            bytes = bytes[(length + 1)..];
            address += (uint)length + 1;
        }

        return Errno.Success;
    }

    private static int SizeOf(string text) => Encoding.UTF8.GetByteCount(text) + 1;
}
