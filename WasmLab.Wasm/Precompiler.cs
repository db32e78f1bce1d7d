using WasmLab.Wasm.Compilation;
using WasmLab.Wasm.Precompilation;

namespace WasmLab.Wasm;

/// <summary>
/// Compiles modules ahead of time, all functions of each, so that a process that runs one finds its code in a <see cref="CodeCache"/>
/// instead of compiling it. Functions that .NET can compile only in the process that runs them are left out. Thread-safe.
/// </summary>
public sealed class Precompiler
{
    // What the engine does itself, compared with the compiler.
    private const double EmissionShare = 0.3;

    private readonly Crossgen _crossgen;

    /// <summary>Makes one that uses a compiler.</summary>
    /// <param name="compiler">The program crossgen2, of the NuGet package Microsoft.NETCore.App.Crossgen2 for this platform.</param>
    public Precompiler(string compiler) => _crossgen = new Crossgen(compiler);

    /// <summary>Makes one that uses the compiler that the program was built with; null when that is not there.</summary>
    /// <remarks>The program's <c>runtimeconfig.json</c> names it in the property <c>WasmLab.Crossgen</c>.</remarks>
    public static Precompiler? Find() =>
        AppContext.GetData("WasmLab.Crossgen") is string path && File.Exists(path) ? new Precompiler(path) : null;

    /// <summary>Compiles a module and keeps the code.</summary>
    /// <param name="module">The module.</param>
    /// <param name="cache">Where. What was there for the same module is replaced.</param>
    /// <param name="progress">Told the share of the work that is done, 0 to 1.</param>
    /// <param name="cancellation">Ends it; nothing is kept then.</param>
    /// <exception cref="PrecompilationException">The compiler failed.</exception>
    /// <exception cref="IOException">The code or the user's secret cannot be written, or others could write to the directory too.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory may not be written.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was cancelled.</exception>
    public PrecompiledModule Compile(Module module, CodeCache cache, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(cache);
        return CompilerThread.Run(() => CompileHere(module, cache, progress, cancellation));
    }

    private PrecompiledModule CompileHere(Module module, CodeCache cache, IProgress<double>? progress, CancellationToken cancellation)
    {
        var work = cache.CreateWorkDirectory();
        try
        {
            var (source, output) = (Path.Combine(work, "il.dll"), Path.Combine(work, "code.dll"));
            var assembly = ModuleAssembly.Write(module, source, Share(progress, 0, EmissionShare), cancellation);
            var methods = 0;
            var compiling = Share(progress, EmissionShare, 1);
            var uncompiled = _crossgen.Compile(source, output, () => compiling?.Report(++methods / (double)assembly.MethodCount), cancellation);
            CodeManifest manifest;
            using (var image = File.OpenRead(output))
            {
                manifest = assembly.Describe(image, uncompiled);
            }

            var path = cache.Store(output, manifest, module.CodeIdentity);
            return new PrecompiledModule(path, new FileInfo(path).Length, manifest.Functions.Length, manifest.CompiledFunctions);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static ShareOfProgress? Share(IProgress<double>? progress, double from, double to) =>
        progress is null ? null : new ShareOfProgress(progress, from, to);

    private sealed class ShareOfProgress(IProgress<double> whole, double from, double to) : IProgress<double>
    {
        public void Report(double value) => whole.Report(from + (value * (to - from)));
    }
}

/// <summary>What came of compiling a module ahead of time.</summary>
/// <param name="Path">The file.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Functions">How many functions the module defines.</param>
/// <param name="CompiledFunctions">How many of them are compiled; the others are when they are called.</param>
public sealed record PrecompiledModule(string Path, long Size, int Functions, int CompiledFunctions);
