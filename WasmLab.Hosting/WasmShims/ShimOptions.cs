using WasmLab.Hosting.Lab;

namespace WasmLab.Hosting.WasmShims;

/// <summary>Which program runs WebAssembly for a real node's containerd, and where that node keeps its things.</summary>
internal sealed record ShimOptions
{
    public ShimSource Source { get; init; }

    /// <summary>The release of runwasi's WasmEdge shim.</summary>
    public string Version { get; init; } = "v0.6.0";

    /// <summary>Address of the release's archive; <c>{version}</c> and <c>{architecture}</c> (x86_64, aarch64) are replaced.</summary>
    public string Url { get; init; } =
        "https://github.com/containerd/runwasi/releases/download/containerd-shim-wasmedge/{version}/containerd-shim-wasmedge-{architecture}-linux-musl.tar.gz";

    /// <summary>Absolute path of the shim's program or of its release archive on this machine, for <see cref="ShimSource.File"/>.</summary>
    public string? File { get; init; }

    /// <summary>Digest of the archive or file, 64 hexadecimal digits; null records that of the first download and holds later ones to it.</summary>
    public string? Sha256 { get; init; }

    /// <summary>The OCI runtime for <see cref="ShimSource.Crun"/>, a path on the node.</summary>
    public string BinaryName { get; init; } = "/usr/bin/crun-wasm";

    /// <summary>containerd's configuration, a path on the node.</summary>
    public string ContainerdConfig { get; init; } = "/etc/containerd/config.toml";

    /// <summary>Where the shim's program goes, a path on the node that is on containerd's PATH.</summary>
    public string BinDirectory { get; init; } = "/usr/local/bin";

    /// <summary>Restarts containerd on the node; run by a shell as root.</summary>
    public string RestartCommand { get; init; } = "systemctl restart containerd";

    /// <summary>Replace a handler or a program of the same name that the lab did not install; removing the handler brings the old one back.</summary>
    public bool Replace { get; init; }

    /// <summary>Image of the pod that works on the node of a cluster that is reached by its context.</summary>
    public string NodeImage { get; init; } = "docker.io/library/busybox:1.37";

    public static ShimOptions Read(SettingsReader reader, string appHostDirectory)
    {
        var defaults = new ShimOptions();
        var options = new ShimOptions
        {
            Source = reader.Choice("Shim:Source", defaults.Source),
            Version = reader.Text("Shim:Version") ?? defaults.Version,
            Url = reader.Text("Shim:Url") ?? defaults.Url,
            File = reader.Text("Shim:File") is { } path ? Path.GetFullPath(path, appHostDirectory) : null,
            Sha256 = reader.Text("Shim:Sha256"),
            BinaryName = reader.Text("Shim:BinaryName") ?? defaults.BinaryName,
            ContainerdConfig = reader.Text("Shim:ContainerdConfig") ?? defaults.ContainerdConfig,
            BinDirectory = reader.Text("Shim:BinDirectory") ?? defaults.BinDirectory,
            RestartCommand = reader.Text("Shim:RestartCommand") ?? defaults.RestartCommand,
            Replace = reader.Flag("Shim:Replace"),
            NodeImage = reader.Text("Shim:NodeImage") ?? defaults.NodeImage,
        };
        if (options.Source == ShimSource.File && options.File is null)
        {
            reader.Wrong("WasmLab:Shim:Source is 'file', but WasmLab:Shim:File does not name the shim's program or archive.");
        }

        if (options.Sha256 is { } digest && !(digest.Length == 64 && digest.All(char.IsAsciiHexDigit)))
        {
            reader.Wrong($"WasmLab:Shim:Sha256 is '{digest}', but a digest has 64 hexadecimal digits.");
        }

        return options;
    }
}

/// <summary>Where a real node's shim comes from.</summary>
internal enum ShimSource
{
    /// <summary>runwasi's prebuilt release.</summary>
    Release,

    /// <summary>Built from runwasi's source inside the node.</summary>
    Build,

    /// <summary>A file of this machine.</summary>
    File,

    /// <summary>The node's own crun, which runs WebAssembly through WasmEdge.</summary>
    Crun,

    /// <summary>The nodes have the handler already; the lab leaves them alone.</summary>
    Existing,
}
