namespace WasmLab.Oci.Layout;

internal static class Annotations
{
    /// <summary>The image specification's name of an entry in <c>index.json</c>.</summary>
    public const string ReferenceName = "org.opencontainers.image.ref.name";

    /// <summary>The full reference as containerd writes and imports it.</summary>
    public const string ContainerdName = "io.containerd.image.name";
}
