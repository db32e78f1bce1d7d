using System.Globalization;
using WasmLab.Benchmarks;

return args switch
{
    ["kernel", var module, var runs, "wasmtime"] => KernelRun.WithWasmtime(module, Number(runs)),
    ["kernel", var module, var runs, ..] => KernelRun.WithWasmLab(module, Number(runs), explicitChecks: args.Contains("explicit")),
    ["compile", var module] => ModuleLoading.Compile(module),
    ["load", var module] => ModuleLoading.Load(module),
    ["pods", var kubeConfig, var context, var count, .. var manifests] =>
        await PodStartup.RunAsync(kubeConfig, context, Number(count), manifests),
    _ when args.Contains("--help") => Usage(),
    _ => await Comparison.RunAsync(Options.Parse(args)),
};

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

static int Usage()
{
    Console.WriteLine("""
        Compares the engine with native code, V8, wasm2c and wabt's interpreter on the kernels of Kernels/.
          --kernels a,b,…   only these
          --rounds N        how often each peer runs each kernel, in turn (default 5)
          --runs N          how often a kernel runs within one process (default 5)
          --interpreter     wasm-interp too, which takes minutes
          compile FILE, load FILE                     how long the engine takes for a module
          pods KUBECONFIG CONTEXT COUNT MANIFEST…     how long pods take from creation to their first answer
        Needs gcc, clang, wasm-ld, node and wabt: apt install gcc clang lld nodejs wabt. A peer that is not installed is left out.
        """);
    return 0;
}
