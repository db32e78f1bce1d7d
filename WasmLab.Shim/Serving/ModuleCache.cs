using System.Security.Cryptography;
using WasmLab.Wasm;

namespace WasmLab.Shim.Serving;

/// <summary>
/// Modules by the digest of their bytes: every pod has its own copy of the file, and all share one compilation.
/// </summary>
internal sealed class ModuleCache(Engine engine, Action<string, Module> compileLater)
{
    // Each pod's image has one module; a node that runs more different ones at a time compiles some of them again.
    private const int Capacity = 64;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = [];
    private long _uses;

    public Module Load(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var digest = Convert.ToHexString(SHA256.HashData(bytes));
        var entry = Find(digest, path, bytes);
        try
        {
            return entry.Module.Value;
        }
        catch
        {
            // A module that does not load is not worth the place, and the next try tells the same.
            lock (_gate)
            {
                _entries.Remove(digest);
            }

            throw;
        }
    }

    private Module LoadNew(string path, byte[] bytes)
    {
        var module = Module.Load(engine, bytes);
        if (!module.IsPrecompiled)
        {
            compileLater(path, module);
        }

        return module;
    }

    private Entry Find(string digest, string path, byte[] bytes)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(digest, out var entry))
            {
                if (_entries.Count >= Capacity)
                {
                    _entries.Remove(_entries.MinBy(candidate => candidate.Value.LastUse).Key);
                }

                entry = new Entry(new Lazy<Module>(() => LoadNew(path, bytes)));
                _entries.Add(digest, entry);
            }

            entry.LastUse = ++_uses;
            return entry;
        }
    }

    private sealed class Entry(Lazy<Module> module)
    {
        public Lazy<Module> Module { get; } = module;

        public long LastUse { get; set; }
    }
}
