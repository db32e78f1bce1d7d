using System.Text;
using WasmLab.Wasm;
using WasmLab.Wasm.Wasi;

namespace WasmLab.Tests.Wasi.RealPrograms;

/// <summary>
/// The host of the CRuby of the npm registry, as <c>ruby-on-node.mjs</c> is on Node: it starts the interpreter and evaluates one script.
/// The interpreter is built for JavaScript hosts; of what it imports for them only handles of its own values are needed.
/// </summary>
internal static class RubyHost
{
    private static readonly string[] Arguments = ["ruby.wasm", "-EUTF-8", "-e_=0"];

    /// <summary>Evaluates a script. The exit code is 0, or Ruby's state of an exception.</summary>
    public static Task<ProgramOutcome> EvaluateAsync(string module, string script, params WasiPreopen[] preopens) =>
        OurEngine.RunAsync(module, new WasiConfiguration { Arguments = ["ruby.wasm"], Preopens = preopens }, Link, instance => Evaluate(instance, script));

    public static void Link(Linker linker, Engine engine)
    {
        var handles = new List<long>();
        linker.Fallback = import => (import.Module, import.Name) switch
        {
            ("canonical_abi", "resource_new_rb-abi-value") => (HostFunction)((_, arguments, results) =>
            {
                handles.Add(arguments[0]);
                results[0] = handles.Count - 1;
            }),
            ("canonical_abi", "resource_get_rb-abi-value") => (HostFunction)((_, arguments, results) => results[0] = handles[(int)arguments[0]]),
            ("canonical_abi" or "rb-js-abi-host", _) => (HostFunction)((_, _, _) => throw new InvalidOperationException($"called {import.Name}")),
            _ => null,
        };
    }

    private static int Evaluate(Instance instance, string script)
    {
        Function("_initialize").Invoke();
        var memory = instance.GetMemory("memory")!;
        var words = Arguments.SelectMany(argument => Text(argument)).ToArray();
        var list = Allocate(words.Length * sizeof(int), sizeof(int));
        for (var i = 0; i < words.Length; i++)
        {
            memory.WriteUInt32((uint)(list + (i * sizeof(int))), (uint)words[i]);
        }

        Function("ruby-init: func(args: list<string>) -> ()").Invoke(list, Arguments.Length);
        var text = Text(script);
        var result = (int)Function("rb-eval-string-protect: func(str: string) -> tuple<handle<rb-abi-value>, s32>").Invoke(text[0], text[1])[0]!;
        return (int)memory.ReadUInt32((uint)result + sizeof(int));

        Function Function(string name) => instance.GetFunction(name)!;

        int Allocate(int size, int alignment) => (int)Function("cabi_realloc").Invoke(0, 0, alignment, size)[0]!;

        int[] Text(string value)
        {
            var bytes = Encoding.UTF8.GetBytes(value + '\0');
            var address = Allocate(bytes.Length, 1);
            memory.Write((uint)address, bytes);
            return [address, bytes.Length];
        }
    }
}
