using System.Text;

namespace WasmLab.Tests.Wasi;

/// <summary>
/// Assembles small modules: a memory of one page, imports, and functions given as bytes. The signature of a function has one letter
/// a parameter (i: i32, l: i64), then a colon and one a result.
/// </summary>
internal sealed class GuestModule
{
    private const byte Void = 0x40;
    private readonly List<string> _types = [];
    private readonly List<(string Module, string Name, int Type)> _imports = [];
    private readonly List<(string Export, int Type, byte[] Body)> _functions = [];
    private readonly List<(int Address, byte[] Bytes)> _data = [];

    public uint Pages { get; init; } = 1;

    public GuestModule Import(string name, string signature, string module = "wasi_snapshot_preview1")
    {
        _imports.Add((module, name, TypeOf(signature)));
        return this;
    }

    public GuestModule Function(string export, string signature, params byte[] body)
    {
        _functions.Add((export, TypeOf(signature), body));
        return this;
    }

    public GuestModule Data(int address, string text)
    {
        _data.Add((address, Encoding.UTF8.GetBytes(text)));
        return this;
    }

    /// <summary>For each import a function of the same name that passes its arguments on.</summary>
    public GuestModule ReexportImports()
    {
        for (var i = 0; i < _imports.Count; i++)
        {
            var parameters = _types[_imports[i].Type].Split(':')[0].Length;
            byte[] body = [.. Enumerable.Range(0, parameters).SelectMany(index => new byte[] { 0x20, (byte)index }), 0x10, (byte)i];
            _functions.Add((_imports[i].Name, _imports[i].Type, body));
        }

        return this;
    }

    public byte[] Build()
    {
        List<byte> wasm = [0, (byte)'a', (byte)'s', (byte)'m', 1, 0, 0, 0];
        Section(wasm, 1, Vector(_types, type =>
        {
            var sides = type.Split(':');
            return [0x60, .. Vector(sides[0], ValueType), .. Vector(sides[1], ValueType)];
        }));
        Section(wasm, 2, Vector(_imports, import => [.. Name(import.Module), .. Name(import.Name), 0, .. Unsigned(import.Type)]));
        Section(wasm, 3, Vector(_functions, function => Unsigned(function.Type)));
        Section(wasm, 5, [1, 0, .. Unsigned((int)Pages)]);
        var exports = _functions.Select((function, index) => (byte[])[.. Name(function.Export), 0, .. Unsigned(_imports.Count + index)])
            .Append([.. Name("memory"), 2, 0]).ToList();
        Section(wasm, 7, Vector(exports, export => export));
        Section(wasm, 10, Vector(_functions, function => [.. Unsigned(function.Body.Length + 2), 0, .. function.Body, 0x0B]));
        if (_data.Count > 0)
        {
            Section(wasm, 11, Vector(_data, data => [0, 0x41, .. Signed(data.Address), 0x0B, .. Unsigned(data.Bytes.Length), .. data.Bytes]));
        }

        return [.. wasm];
    }

    /// <summary><c>i32.const</c>.</summary>
    public static byte[] Constant(int value) => [0x41, .. Signed(value)];

    /// <summary><c>call</c>.</summary>
    public static byte[] Call(int function) => [0x10, .. Unsigned(function)];

    /// <summary>A loop without end around a body that leaves nothing on the stack.</summary>
    public static byte[] Forever(params byte[] body) => [0x03, Void, .. body, 0x0C, 0, 0x0B];

    public static byte[] Unreachable => [0x00];

    public static byte[] Drop => [0x1A];

    private int TypeOf(string signature)
    {
        if (!_types.Contains(signature))
        {
            _types.Add(signature);
        }

        return _types.IndexOf(signature);
    }

    private static byte[] ValueType(char letter) => [letter == 'l' ? (byte)0x7E : (byte)0x7F];

    private static void Section(List<byte> wasm, byte id, byte[] content)
    {
        wasm.Add(id);
        wasm.AddRange(Unsigned(content.Length));
        wasm.AddRange(content);
    }

    private static byte[] Name(string name) => [.. Unsigned(Encoding.UTF8.GetByteCount(name)), .. Encoding.UTF8.GetBytes(name)];

    private static byte[] Vector<T>(IEnumerable<T> items, Func<T, byte[]> encode)
    {
        var list = items.ToList();
        return [.. Unsigned(list.Count), .. list.SelectMany(encode)];
    }

    private static byte[] Unsigned(int value)
    {
        List<byte> bytes = [];
        do
        {
            var next = (byte)(value & 0x7F);
            value >>= 7;
            bytes.Add((byte)(value > 0 ? next | 0x80 : next));
        }
        while (value > 0);

        return [.. bytes];
    }

    private static byte[] Signed(int value)
    {
        List<byte> bytes = [];
        while (true)
        {
            var next = (byte)(value & 0x7F);
            value >>= 7;
            var done = (value == 0 && (next & 0x40) == 0) || (value == -1 && (next & 0x40) != 0);
            bytes.Add((byte)(done ? next : next | 0x80));
            if (done)
            {
                return [.. bytes];
            }
        }
    }
}
