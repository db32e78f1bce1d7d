using System.Text;
using WasmLab.Fuzz.Mutation;
using WasmLab.Wasm;

namespace WasmLab.Fuzz.Generation;

/// <summary>The parts that sections are made of.</summary>
internal static class Binary
{
    public static byte[] Type(FunctionType type) =>
        [0x60, .. Vector(type.Parameters.Select(parameter => new[] { (byte)parameter })), .. Vector(type.Results.Select(result => new[] { (byte)result }))];

    public static byte[] Vector(IEnumerable<byte[]> items)
    {
        var all = items.ToList();
        return [.. Number(all.Count), .. all.SelectMany(item => item)];
    }

    public static byte[] Name(string name) => [.. Number(Encoding.UTF8.GetByteCount(name)), .. Encoding.UTF8.GetBytes(name)];

    public static byte[] Number(int value)
    {
        List<byte> bytes = [];
        Leb128.WriteUnsigned(bytes, (ulong)value);
        return [.. bytes];
    }
}
