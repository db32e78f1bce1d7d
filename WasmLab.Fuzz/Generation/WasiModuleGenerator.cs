using WasmLab.Fuzz.Mutation;
using WasmLab.Wasm;
using WasmLab.Wasm.Binary;
using WasmLab.Wasm.Wasi;
using ValueType = WasmLab.Wasm.ValueType;

namespace WasmLab.Fuzz.Generation;

/// <summary>Writes modules that call the functions of the system interface with arguments that make no sense, or nearly none.</summary>
internal static class WasiModuleGenerator
{
    private const int Calls = 40;
    private const int PageSize = 65_536;

    private static readonly WasiImport[] Functions = [.. WasiImports.All.Where(import => !import.Name.StartsWith("proc_", StringComparison.Ordinal))];

    /// <summary>A module whose function <c>run</c> makes the calls.</summary>
    public static byte[] Generate(Random random)
    {
        var chosen = Enumerable.Range(0, 8).Select(_ => Functions[random.Next(Functions.Length)]).ToArray();
        var code = new CodeWriter();
        for (var i = 0; i < Calls; i++)
        {
            var function = random.Next(chosen.Length);
            foreach (var parameter in chosen[function].Type.Parameters)
            {
                code.Const(parameter, parameter == ValueType.I32 ? (int)Argument(random) : Argument(random));
            }

            code.Op(Opcode.Call, (uint)function);
            foreach (var _ in chosen[function].Type.Results)
            {
                code.Op(Opcode.Drop);
            }
        }

        var data = new byte[1_000];
        random.NextBytes(data);
        "a/../b\0.\0"u8.CopyTo(data.AsSpan(8));
        var module = new ModuleSections();
        module.Sections.Add((1, Binary.Vector([.. chosen.Select(function => Binary.Type(function.Type)), Binary.Type(new FunctionType([], []))])));
        module.Sections.Add((2, Binary.Vector(chosen.Select((function, i) => (byte[])[.. Binary.Name(WasiImports.ModuleName), .. Binary.Name(function.Name), 0, .. Binary.Number(i)]))));
        module.Sections.Add((3, Binary.Vector([Binary.Number(chosen.Length)])));
        module.Sections.Add((5, Binary.Vector([[0, 1]])));
        module.Sections.Add((7, Binary.Vector([[.. Binary.Name("memory"), 2, 0], [.. Binary.Name("run"), 0, .. Binary.Number(chosen.Length)]])));
        module.Sections.Add((10, FunctionBodies.Write([[0, .. code.End().Bytes]])));
        module.Sections.Add((11, Binary.Vector([[0, .. new CodeWriter().I32(0).End().Bytes, .. Binary.Number(data.Length), .. data]])));
        return module.Write();
    }

    /// <summary>A descriptor, a flag, a small length, an address in the data, at the memory's end or far outside.</summary>
    private static long Argument(Random random) => random.Next(8) switch
    {
        0 or 1 or 2 => random.Next(8),
        3 => random.Next(1_000),
        4 => 8,
        5 => PageSize - random.Next(20),
        _ => (long)NumberMutations.Next(random),
    };
}
