namespace WasmLab.Benchmarks;

/// <summary>One C source and everything that is built from it.</summary>
internal sealed class Kernel(string name, string folder)
{
    private const string Runtime = "/usr/share/wabt/wasm2c/wasm-rt-impl.c";

    public static readonly string Sources = Path.Combine(AppContext.BaseDirectory, "Kernels");

    private static readonly string[] NativeCompilers = [Peer.Gcc, Peer.Clang];
    private static readonly string[] NotKernels = ["native", "wasm2c"];

    public string Name => name;

    public string Wasm => Path.Combine(folder, $"{name}.wasm");

    private bool IsVector => name == "simd";

    public static IEnumerable<string> Names => Directory.EnumerateFiles(Sources, "*.c")
        .Select(file => Path.GetFileNameWithoutExtension(file)!)
        .Except(NotKernels)
        .Order(StringComparer.Ordinal);

    public string Program(string peer) => Path.Combine(folder, $"{name}-{peer}");

    public async Task BuildAsync()
    {
        var source = Path.Combine(Sources, $"{name}.c");
        await Command.RunAsync(
            "clang", "--target=wasm32", "-O2", "-nostdlib", "-mbulk-memory", "-msign-ext", IsVector ? "-msimd128" : "-mno-simd128",
            "-Wl,--no-entry", "-Wl,--strip-all", source, "-o", Wasm);
        foreach (var compiler in NativeCompilers.Where(Command.IsInstalled))
        {
            await Command.RunAsync(compiler, "-O2", "-fno-math-errno", source, Path.Combine(Sources, "native.c"), "-lm", "-o", Program(compiler));
        }

        // The wasm2c of Debian knows no vectors.
        if (!IsVector && Command.IsInstalled("wasm2c") && Command.IsInstalled("gcc") && File.Exists(Runtime))
        {
            var generated = Directory.CreateDirectory(Path.Combine(folder, $"{name}-c")).FullName;
            var code = Path.Combine(generated, "kernel.wasm.c");
            await Command.RunAsync("wasm2c", Wasm, "-n", "kernel", "-o", code);
            foreach (var (peer, guarded) in new[] { ("wasm2c-guard", 1), ("wasm2c-checks", 0) })
            {
                await Command.RunAsync(
                    "gcc", "-O2", $"-DWASM_RT_MEMCHECK_SIGNAL_HANDLER={guarded}", $"-I{generated}", $"-I{Path.GetDirectoryName(Runtime)}",
                    code, Path.Combine(Sources, "wasm2c.c"), Runtime, "-lm", "-o", Program(peer));
            }
        }
    }
}
