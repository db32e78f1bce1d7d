using WasmLab.Wasm.Wasi;

namespace WasmLab.Shim.Running;

/// <summary>This process's standard streams as a module gets them.</summary>
internal static class StandardStreams
{
    public static WasiStream Input() => OperatingSystem.IsWindows()
        ? new WasiStream(Console.OpenStandardInput(), !Console.IsInputRedirected)
        : new WasiStream(new DescriptorStream(0), !Console.IsInputRedirected, 0);

    public static WasiStream Output() => OperatingSystem.IsWindows()
        ? new WasiStream(Console.OpenStandardOutput(), !Console.IsOutputRedirected)
        : new WasiStream(new DescriptorStream(1), !Console.IsOutputRedirected, 1);

    public static WasiStream Error() => OperatingSystem.IsWindows()
        ? new WasiStream(Console.OpenStandardError(), !Console.IsErrorRedirected)
        : new WasiStream(new DescriptorStream(2), !Console.IsErrorRedirected, 2);
}
