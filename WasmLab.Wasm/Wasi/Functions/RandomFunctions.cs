using System.Security.Cryptography;

namespace WasmLab.Wasm.Wasi.Functions;

/// <summary><c>random_get</c>.</summary>
internal static class RandomFunctions
{
    public static readonly WasiImport[] All = [WasiImport.Returning("random_get", "ii", Fill)];

    private static Errno Fill(WasiCall call)
    {
        RandomNumberGenerator.Fill(call.Bytes(0));
        return Errno.Success;
    }
}
