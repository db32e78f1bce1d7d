using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Loader;

namespace WasmLab.Wasm.Precompilation;

/// <summary>The code of a module that has been loaded from a file. It stays loaded as long as the process lives.</summary>
internal sealed class PrecompiledCode
{
    private const int MethodTable = 0x06000000;

    // Modules come and go; what was loaded for one serves the next of the same bytes.
    private static readonly ConcurrentDictionary<string, PrecompiledCode> Loaded = new();

    private readonly CodeManifest _manifest;
    private readonly ModuleHandle _methods;

    private PrecompiledCode(string path, CodeManifest manifest)
    {
        _manifest = manifest;
        var context = new LoadContext(Path.GetFileNameWithoutExtension(path));
        _methods = context.LoadFromAssemblyPath(path).ManifestModule.ModuleHandle;
    }

    /// <summary>Loads code, or finds what has been loaded of it before.</summary>
    /// <param name="content">Tells one content from another.</param>
    /// <param name="path">The file.</param>
    /// <param name="manifest">What is in it.</param>
    public static PrecompiledCode Load(string content, string path, CodeManifest manifest) =>
        Loaded.GetOrAdd(content, static (_, from) => new PrecompiledCode(from.path, from.manifest), (path, manifest));

    /// <summary>Whether the code compares the numbers that the types have in this engine.</summary>
    public bool Fits(Module module) =>
        _manifest.Functions.Length == module.Definition.Functions.Count - module.Definition.ImportedFunctions
        && _manifest.Types.Select(type => type.TypeId).SequenceEqual(module.CanonicalTypes.Select(type => type.Id));

    /// <summary>Gives the stubs to the types that have none yet.</summary>
    public void ProvideStubs(Module module)
    {
        foreach (var (rows, type) in _manifest.Types.Zip(module.CanonicalTypes))
        {
            type.UseStubs(AddressOf(rows.Entry), AddressOf(rows.Lazy), AddressOf(rows.Host));
        }
    }

    /// <summary>The address of the code of a function that the module defines; 0 when it has none here.</summary>
    public nint CodeOf(int definedFunction) => AddressOf(_manifest.Functions[definedFunction]);

    private nint AddressOf(int row) =>
        row == 0 ? 0 : _methods.GetRuntimeMethodHandleFromMetadataToken(MethodTable | row).GetFunctionPointer();

    /// <summary>Every module has its own, because all their assemblies have one name.</summary>
    private sealed class LoadContext(string name) : AssemblyLoadContext(name)
    {
        protected override Assembly? Load(AssemblyName assemblyName)
        {
            var engine = typeof(Engine).Assembly;
            return assemblyName.Name == engine.GetName().Name ? engine : null;
        }
    }
}
