using WasmLab.Oci;
using WasmLab.Tests.Assets;

namespace WasmLab.Tests.Nodes;

/// <summary>The flavors' images, as a real node wants them.</summary>
internal static class FlavorImages
{
    public static async Task LoadAsync()
    {
        await RealNode.LoadAsync("wasmlab/httpbin:native", Native("native"));
        await RealNode.LoadAsync("wasmlab/httpbin:embed", Embed());
        await RealNode.LoadAsync("wasmlab/httpbin:runtime", Runtime("runtime"));
    }

    public static ImageBuilder Native(string flavor)
    {
        var builder = new ImageBuilder { Entrypoint = ["/httpbin"] }
            .AddLayer(LayerEntry.FromFile("httpbin", AssetFiles.PathOf("modules/linux-x64/httpbin"), LayerEntry.Executable));
        builder.Environment["FLAVOR"] = flavor;
        return builder;
    }

    public static ImageBuilder Runtime(string flavor, UnixFileMode? mode = null)
    {
        var builder = new ImageBuilder { Entrypoint = ["/httpbin.wasm"] }.AddLayer(Module(mode));
        builder.Environment["FLAVOR"] = flavor;
        return builder;
    }

    private static LayerEntry Module(UnixFileMode? mode = null) => LayerEntry.FromFile("httpbin.wasm", AssetFiles.PathOf("modules/httpbin.wasm"), mode);

    private static ImageBuilder Embed() =>
        new ImageBuilder { Command = ["wasmedge", "--env", "FLAVOR=embed", "--dir", ".:/", "/httpbin.wasm"] }
            .AddLayer(Directory.EnumerateFiles(RealNode.EmbedBase, "*", SearchOption.AllDirectories)
                .Select(file => LayerEntry.FromFile(Path.GetRelativePath(RealNode.EmbedBase, file), file, LayerEntry.Executable)))
            .AddLayer(Module());
}
