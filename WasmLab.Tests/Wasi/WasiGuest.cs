using System.Buffers.Binary;
using System.Text;
using WasmLab.Wasm;
using WasmLab.Wasm.Wasi;

namespace WasmLab.Tests.Wasi;

/// <summary>A guest that makes any call of the interface through the engine, as a compiled module would: exact types, its own memory.</summary>
internal sealed class WasiGuest : IDisposable
{
    /// <summary>Where tests may put what the calls read and write.</summary>
    public const uint Scratch = 1024;

    private readonly Engine _engine = new();
    private readonly Instance _instance;
    private readonly Memory _memory;

    /// <summary>A guest with every import in its first version, except those given with a signature.</summary>
    public WasiGuest(WasiConfiguration? configuration = null, params (string Name, string Signature)[] versions)
        : this(configuration, WasiImports.ModuleName, versions)
    {
    }

    /// <summary>A guest that imports the interface under the name of <paramref name="importModule"/>.</summary>
    public WasiGuest(WasiConfiguration? configuration, string importModule, params (string Name, string Signature)[] versions)
    {
        Context = new WasiContext(configuration ?? new WasiConfiguration { Network = WasiNetwork.All });
        var module = new GuestModule();
        foreach (var group in WasiImports.All.GroupBy(import => import.Name))
        {
            var version = versions.FirstOrDefault(candidate => candidate.Name == group.Key);
            module.Import(group.Key, version.Signature is { } given ? $"{given}:i" : SignatureOf(group.First()), importModule);
        }

        var linker = new Linker(_engine);
        Context.AddTo(linker);
        _instance = linker.Instantiate(Module.Load(_engine, module.ReexportImports().Build()));
        _memory = _instance.GetMemory("memory")!;
    }

    public WasiContext Context { get; }

    public Errno Call(string name, params object[] arguments) =>
        (Errno)(ushort)(int)_instance.GetFunction(name)!.Invoke([.. arguments.Select(Number)])[0]!;

    public Span<byte> Bytes(uint address, uint length) => _memory.GetSpan(address, length);

    public ushort U16(uint address) => _memory.ReadUInt16(address);

    public uint U32(uint address) => _memory.ReadUInt32(address);

    public ulong U64(uint address) => _memory.ReadUInt64(address);

    public void Write(uint address, uint value) => _memory.WriteUInt32(address, value);

    public void Write(uint address, ulong value) => _memory.WriteUInt64(address, value);

    public uint Write(uint address, string text)
    {
        _memory.Write(address, Encoding.UTF8.GetBytes(text));
        return (uint)Encoding.UTF8.GetByteCount(text);
    }

    public string Text(uint address, uint length) => Encoding.UTF8.GetString(Bytes(address, length));

    /// <summary>Writes an array of buffers at <paramref name="address"/>.</summary>
    public void Vectors(uint address, params (uint Pointer, uint Length)[] buffers)
    {
        foreach (var (pointer, length) in buffers)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(Bytes(address, 4), pointer);
            BinaryPrimitives.WriteUInt32LittleEndian(Bytes(address + 4, 4), length);
            address += 8;
        }
    }

    /// <summary>Opens a path below the first preopen, with these rights, for what is opened through it too.</summary>
    public Errno Open(string path, int oflags = 0, long rights = 0x3FFFFFFF, uint directory = 3, int lookup = 1, int fdflags = 0)
    {
        var length = Write(Scratch, path);
        return Call("path_open", directory, lookup, Scratch, length, oflags, rights, rights, fdflags, Scratch + 8192);
    }

    /// <summary>The descriptor that the last <see cref="Open"/> gave.</summary>
    public uint Opened => U32(Scratch + 8192);

    /// <summary>Makes a call whose last arguments are a path's address and length, and perhaps more.</summary>
    public Errno PathCall(string name, object[] before, string path, params object[] after)
    {
        var length = Write(Scratch, path);
        return Call(name, [.. before, Scratch, length, .. after]);
    }

    public void Interrupt() => _instance.Interrupt("the test says so");

    public void Dispose()
    {
        _instance.Dispose();
        Context.Dispose();
        _engine.Dispose();
    }

    private static object Number(object argument) => argument is uint unsigned ? unchecked((int)unsigned) : argument;

    private static string SignatureOf(WasiImport import) =>
        $"{Letters(import.Type.Parameters)}:{Letters(import.Type.Results)}";

    private static string Letters(IEnumerable<WasmLab.Wasm.ValueType> types) =>
        string.Concat(types.Select(type => type == WasmLab.Wasm.ValueType.I64 ? 'l' : 'i'));
}
