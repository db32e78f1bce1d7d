using WasmLab.Wasm;
using WasmLab.Wasm.Wasi;
using ValueType = WasmLab.Wasm.ValueType;

namespace WasmLab.Fuzz.Running;

/// <summary>
/// Takes one case through all the engine does: decode, validate, link, instantiate, compile, run. Whatever the bytes are, only a
/// refusal or a trap may come of it; any other exception is a finding.
/// </summary>
internal sealed class CaseRunner : IDisposable
{
    private const long Fuel = 50_000;
    private const int MaxCalls = 8;
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMilliseconds(20);

    private readonly Engine _counting = new(Limits with { CountFuel = true });
    private readonly Engine _plain = new(Limits);
    private readonly Engine _explicit = new(Limits with { BoundsChecks = BoundsChecks.Explicit });

    private static EngineOptions Limits => new() { MaxMemoryPages = 256, MaxTableElements = 100_000, StackSize = 256 * 1024 };

    /// <summary>Runs a case and says how it ended.</summary>
    /// <param name="module">The bytes.</param>
    /// <param name="random">Decides the arguments, what host functions return, and whether fuel or a deadline ends endless loops.</param>
    public string Run(byte[] module, Random random)
    {
        // Half of the cases run the code that is compiled without fuel and with guard pages, which is what users run.
        var engine = random.Next(4) switch
        {
            0 => _counting,
            1 => _explicit,
            _ => _plain,
        };
        try
        {
            var loaded = Module.Load(engine, module);
            using var instance = CaseImports.Link(loaded, random).Instantiate(loaded, new InstanceOptions
            {
                Fuel = engine == _counting ? Fuel : null,
                Timeout = engine == _counting ? Timeout.InfiniteTimeSpan : TimeLimit,
            });
            return RunExports(instance, random);
        }
        catch (ModuleException refusal)
        {
            return $"{refusal.Kind}";
        }
        catch (LinkException)
        {
            return "NotLinked";
        }
        catch (TrapException trap)
        {
            return $"Start: {trap.Kind}";
        }
        catch (WasmException)
        {
            return "Start: Thrown";
        }
    }

    /// <summary>Makes calls of the system interface that make no sense, with a folder and no network.</summary>
    public string RunWasi(byte[] wasm, Random random)
    {
        var folder = Directory.CreateTempSubdirectory("wasmlab-fuzz-wasi-");
        try
        {
            using var context = new WasiContext(new WasiConfiguration
            {
                Arguments = ["program", "argument"],
                Environment = new Dictionary<string, string> { ["NAME"] = "value" },
                Preopens = [new WasiPreopen("/", folder.FullName)],
            });
            var module = Module.Load(_plain, wasm);
            var linker = new Linker(_plain);
            context.AddTo(linker);
            using var instance = linker.Instantiate(module);
            instance.InterruptAfter(TimeLimit);
            return $"System interface, {RunExports(instance, random)}";
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    public void Dispose()
    {
        _counting.Dispose();
        _plain.Dispose();
        _explicit.Dispose();
    }

    private static string RunExports(Instance instance, Random random)
    {
        var outcome = "Ran";
        foreach (var export in instance.Module.Exports.Where(export => export.Type is FunctionType).Take(MaxCalls))
        {
            var function = instance.GetFunction(export.Name)!;
            var arguments = function.Type.Parameters.SelectMany(type => SlotsOf(type, random)).ToArray();
            try
            {
                function.Invoke(arguments, new long[function.Type.ResultSlots]);
            }
            catch (TrapException trap)
            {
                outcome = $"Trap: {trap.Kind}";
                if (trap.Kind is TrapKind.Interrupted or TrapKind.OutOfFuel)
                {
                    break;
                }
            }
            catch (WasmException)
            {
                outcome = "Thrown";
            }
        }

        return outcome;
    }

    private static long[] SlotsOf(ValueType type, Random random) => type switch
    {
        ValueType.FuncRef or ValueType.ExternRef or ValueType.ExnRef => [0],
        ValueType.I32 or ValueType.F32 => [(uint)Mutation.NumberMutations.Next(random)],
        ValueType.V128 => [(long)Mutation.NumberMutations.Next(random), (long)Mutation.NumberMutations.Next(random)],
        _ => [(long)Mutation.NumberMutations.Next(random)],
    };
}
