using System.Text;
using ValueType = WasmLab.Wasm.ValueType;

namespace WasmLab.Tests.Wasm;

/// <summary>Writes small modules, valid or not.</summary>
internal sealed class ModuleBuilder
{
    private readonly List<byte[]> _types = [];
    private readonly List<byte[]> _imports = [];
    private readonly List<byte[]> _functions = [];
    private readonly List<byte[]> _tables = [];
    private readonly List<byte[]> _memories = [];
    private readonly List<byte[]> _tags = [];
    private readonly List<byte[]> _globals = [];
    private readonly List<byte[]> _exports = [];
    private readonly List<byte[]> _elements = [];
    private readonly List<byte[]> _code = [];
    private readonly List<byte[]> _data = [];
    private int _importedFunctions;
    private int? _start;

    public static byte[] Preamble => [0, (byte)'a', (byte)'s', (byte)'m', 1, 0, 0, 0];

    /// <summary>A module with one exported function <c>run</c>.</summary>
    public static byte[] OneFunction(ValueType[] parameters, ValueType[] results, CodeBuilder code, params (int Count, ValueType Type)[] locals)
    {
        var module = new ModuleBuilder().Memory(1, 3);
        module.Function("run", module.Type(parameters, results), code, locals);
        return module.Build();
    }

    /// <summary>A module whose function <c>run</c> never ends.</summary>
    public static byte[] Endless(bool isStart)
    {
        var module = new ModuleBuilder();
        var run = module.Function("run", module.Type([], []), new CodeBuilder().Raw(0x03, 0x40).Raw(0x0C, 0).End().End());
        module._start = isStart ? run : null;
        return module.Build();
    }

    public int Type(ValueType[] parameters, ValueType[] results)
    {
        List<byte> type = [0x60];
        foreach (var list in new[] { parameters, results })
        {
            CodeBuilder.Unsigned(type, (uint)list.Length);
            type.AddRange(list.Select(value => (byte)value));
        }

        _types.Add([.. type]);
        return _types.Count - 1;
    }

    public int ImportFunction(string module, string name, int type)
    {
        _imports.Add([.. Name(module), .. Name(name), 0, .. Number(type)]);
        return _importedFunctions++;
    }

    public ModuleBuilder ImportMemory(string module, string name, int minimum)
    {
        _imports.Add([.. Name(module), .. Name(name), 2, 0, .. Number(minimum)]);
        return this;
    }

    public int Function(string? export, int type, CodeBuilder code, params (int Count, ValueType Type)[] locals)
    {
        List<byte> body = [.. Number(locals.Length)];
        foreach (var (count, local) in locals)
        {
            body.AddRange([.. Number(count), (byte)local]);
        }

        body.AddRange(code.Bytes);
        _functions.Add(Number(type));
        _code.Add([.. Number(body.Count), .. body]);
        var index = _importedFunctions + _functions.Count - 1;
        if (export is not null)
        {
            Export(export, 0, index);
        }

        return index;
    }

    public ModuleBuilder Memory(int minimum, int maximum)
    {
        _memories.Add([1, .. Number(minimum), .. Number(maximum)]);
        return this;
    }

    public ModuleBuilder Table(int minimum, ValueType element = ValueType.FuncRef)
    {
        _tables.Add([(byte)element, 0, .. Number(minimum)]);
        return this;
    }

    public ModuleBuilder Tag(int type)
    {
        _tags.Add([0, .. Number(type)]);
        return this;
    }

    public ModuleBuilder ImportTag(string module, string name, int type)
    {
        _imports.Add([.. Name(module), .. Name(name), 4, 0, .. Number(type)]);
        return this;
    }

    public ModuleBuilder Global(ValueType type, bool isMutable, CodeBuilder value)
    {
        _globals.Add([(byte)type, isMutable ? (byte)1 : (byte)0, .. value.Bytes]);
        return this;
    }

    public ModuleBuilder Export(string name, byte kind, int index)
    {
        _exports.Add([.. Name(name), kind, .. Number(index)]);
        return this;
    }

    public ModuleBuilder Elements(int offset, params int[] functions)
    {
        _elements.Add([0, .. new CodeBuilder().Const(offset).End().Bytes, .. Number(functions.Length), .. functions.SelectMany(Number)]);
        return this;
    }

    public ModuleBuilder Data(int offset, params byte[] bytes)
    {
        _data.Add([0, .. new CodeBuilder().Const(offset).End().Bytes, .. Number(bytes.Length), .. bytes]);
        return this;
    }

    public byte[] Build() =>
    [
        .. Preamble, .. Section(1, _types), .. Section(2, _imports), .. Section(3, _functions), .. Section(4, _tables), .. Section(5, _memories),
        .. Section(13, _tags), .. Section(6, _globals), .. Section(7, _exports), .. StartSection(), .. Section(9, _elements), .. Section(10, _code), .. Section(11, _data),
    ];

    private byte[] StartSection() => _start is { } start ? [8, (byte)Number(start).Length, .. Number(start)] : [];

    private static byte[] Section(byte id, List<byte[]> items)
    {
        if (items.Count == 0)
        {
            return [];
        }

        byte[] content = [.. Number(items.Count), .. items.SelectMany(item => item)];
        return [id, .. Number(content.Length), .. content];
    }

    private static byte[] Name(string text) => [.. Number(Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)];

    private static byte[] Number(int value)
    {
        List<byte> bytes = [];
        CodeBuilder.Unsigned(bytes, (uint)value);
        return [.. bytes];
    }
}
