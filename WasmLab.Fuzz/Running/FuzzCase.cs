using WasmLab.Fuzz.Generation;
using WasmLab.Fuzz.Mutation;

namespace WasmLab.Fuzz.Running;

/// <summary>What a seed and an index stand for.</summary>
internal static class FuzzCase
{
    private const int CasesPerWasiCase = 20;

    /// <summary>Whether the case calls the system interface; all others are damaged modules.</summary>
    public static bool IsWasi(long index) => index % CasesPerWasiCase == 0;

    public static byte[] ModuleOf(IReadOnlyList<byte[]> corpus, long seed, long index) =>
        IsWasi(index) ? WasiModuleGenerator.Generate(Mutator.RandomOf(seed, index)) : Mutator.Mutate(corpus, seed, index);
}
