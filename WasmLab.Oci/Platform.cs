using System.Runtime.InteropServices;

namespace WasmLab.Oci;

/// <summary>What an image's programs run on, in the words of the image specification.</summary>
/// <param name="Os">The operating system, for example <c>linux</c>.</param>
/// <param name="Architecture">The processor, for example <c>amd64</c>.</param>
/// <param name="Variant">The processor's variant, for example <c>v8</c>; null when it has none.</param>
public sealed record Platform(string Os, string Architecture, string? Variant = null)
{
    /// <summary>Linux on the processor of this machine: what a node asks for.</summary>
    public static Platform Linux { get; } = new("linux", RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        System.Runtime.InteropServices.Architecture.X86 => "386",
        System.Runtime.InteropServices.Architecture.Ppc64le => "ppc64le",
        var other => other.ToString().ToLowerInvariant(),
    });

    /// <summary>The platform as container tools write it, for example <c>linux/amd64</c>.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => Variant is null ? $"{Os}/{Architecture}" : $"{Os}/{Architecture}/{Variant}";

    /// <summary>A request without a variant takes any; <c>arm64</c> and <c>arm64/v8</c> are the same.</summary>
    internal bool IsServedBy(Platform offered) =>
        Os == offered.Os && Architecture == offered.Architecture && (Variant is null || Normalize(this) == Normalize(offered));

    private static string? Normalize(Platform platform) =>
        platform is { Architecture: "arm64", Variant: "v8" } ? null : platform.Variant;
}
