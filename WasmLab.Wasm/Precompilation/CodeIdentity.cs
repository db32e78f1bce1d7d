using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using System.Text;

namespace WasmLab.Wasm.Precompilation;

/// <summary>
/// Everything that compiled code depends on, as text: the module's bytes, this build of the engine, the runtime, the processor, and
/// the options that show in the code. Code is only used for exactly what it was compiled for.
/// </summary>
internal static class CodeIdentity
{
    /// <summary>The processor's instruction sets that code is compiled for, as crossgen2 calls them: each includes those before.</summary>
    public static string InstructionSet { get; } = FindInstructionSet();

    public static string Of(Module module)
    {
        var options = module.Engine.Options;
        return string.Create(CultureInfo.InvariantCulture, $"""
            module {Convert.ToHexStringLower(SHA256.HashData(module.Definition.Bytes.Span))}
            engine {typeof(Engine).Module.ModuleVersionId}
            runtime {Environment.Version} {RuntimeInformation.RuntimeIdentifier}
            processor {RuntimeInformation.ProcessArchitecture} {InstructionSet}
            memory {(module.Engine.Arena is null ? "checked" : "guarded")}
            fuel {options.CountFuel}
            parts {options.PartSize}
            """);
    }

    /// <summary>A name for a file.</summary>
    public static string FileName(string identity) => $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)))}.dll";

    private static string FindInstructionSet()
    {
        if (AdvSimd.IsSupported)
        {
            List<string> sets = ["neon"];
            sets.AddRange(Crc32.IsSupported ? ["crc"] : []);
            sets.AddRange(Dp.IsSupported ? ["dotprod"] : []);
            sets.AddRange(Rdm.IsSupported ? ["rdma"] : []);
            return string.Join(',', sets);
        }

        return Avx512BW.VL.IsSupported && Avx512DQ.VL.IsSupported && Avx512CD.VL.IsSupported ? "x86-64-v4"
            : Avx2.IsSupported && Bmi1.IsSupported && Bmi2.IsSupported && Fma.IsSupported && Lzcnt.IsSupported ? "x86-64-v3"
            : "x86-64-v2";
    }
}
