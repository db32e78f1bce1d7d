using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Runtime.CompilerServices;
using WasmLab.Wasm.Compilation;

namespace WasmLab.Wasm.Precompilation;

/// <summary>A module's functions and its types' stubs as IL in an assembly.</summary>
internal sealed class ModuleAssembly
{
    public const string TypeName = "Functions";

    private const string AssemblyName = "wasm";

    private readonly Module _module;
    private readonly PersistedAssemblyBuilder _assembly;
    private readonly TypeBuilder _type;
    private readonly PersistedMethods _methods;
    private readonly CompiledFunction?[] _functions;
    private readonly Stub[] _stubs;

    private ModuleAssembly(Module module)
    {
        _module = module;
        _assembly = new PersistedAssemblyBuilder(new AssemblyName(AssemblyName), typeof(object).Assembly);
        _assembly.SetCustomAttribute(new CustomAttributeBuilder(
            typeof(IgnoresAccessChecksToAttribute).GetConstructor([typeof(string)])!,
            [typeof(Engine).Assembly.GetName().Name]));
        _type = _assembly.DefineDynamicModule(AssemblyName).DefineType(TypeName, TypeAttributes.Public | TypeAttributes.Abstract | TypeAttributes.Sealed);
        _methods = new PersistedMethods(_type);
        _functions = new CompiledFunction?[module.Definition.Functions.Count - module.Definition.ImportedFunctions];
        _stubs = [.. module.CanonicalTypes.Select(type => new Stub(Stubs.Entry(_methods, type), Stubs.Lazy(_methods, type), Stubs.Host(_methods, type)))];
    }

    private record struct Stub(MethodInfo Entry, MethodInfo Lazy, MethodInfo Host);

    /// <summary>How many methods it has.</summary>
    public int MethodCount => _methods.Count;

    /// <summary>Writes a module's assembly to a file.</summary>
    /// <param name="module">The module.</param>
    /// <param name="path">The file.</param>
    /// <param name="progress">Told the share of the functions that is done.</param>
    /// <param name="cancellation">Ends it between two functions.</param>
    public static ModuleAssembly Write(Module module, string path, IProgress<double>? progress, CancellationToken cancellation)
    {
        var assembly = new ModuleAssembly(module);
        for (var i = 0; i < assembly._functions.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            assembly._functions[i] = assembly.Emit(module.Definition.ImportedFunctions + i);
            progress?.Report((i + 1.0) / assembly._functions.Length);
        }

        assembly._type.CreateType();
        assembly._assembly.Save(path);
        return assembly;
    }

    /// <summary>Tells where the methods are, once the assembly is compiled.</summary>
    /// <param name="image">The assembly.</param>
    /// <param name="uncompiled">The names of methods that have no code.</param>
    public CodeManifest Describe(Stream image, IReadOnlySet<string> uncompiled)
    {
        using var file = new PEReader(image, PEStreamOptions.LeaveOpen);
        var metadata = file.GetMetadataReader();
        var rows = new Dictionary<string, int>();
        foreach (var handle in metadata.MethodDefinitions)
        {
            rows.Add(metadata.GetString(metadata.GetMethodDefinition(handle).Name), MetadataTokens.GetRowNumber(handle));
        }

        return new CodeManifest(
            [.. _functions.Select(function => function is not null && IsCompiled(function) ? Row(function.Method) : 0)],
            [.. _stubs.Zip(_module.CanonicalTypes, (stub, type) => new CodeManifest.TypeRows(type.Id, Row(stub.Entry), Row(stub.Lazy), Row(stub.Host)))]);

        int Row(MethodInfo method) => uncompiled.Contains(method.Name) ? 0 : rows[method.Name];

        bool IsCompiled(CompiledFunction function) => !function.Parts.Any(part => uncompiled.Contains(part.Name));
    }

    /// <returns>Null for a function that is left to the just-in-time compiler, which guards its frame, or tells that it is too large.</returns>
    private CompiledFunction? Emit(int function)
    {
        try
        {
            var compiled = FunctionCompiler.Compile(_module, function);
            return compiled.StackNeed > 0 ? null : FunctionCompiler.Emit(_methods, _module, function, compiled);
        }
        catch (TrapException)
        {
            return null;
        }
    }
}
