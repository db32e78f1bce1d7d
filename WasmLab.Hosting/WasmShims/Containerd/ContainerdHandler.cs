namespace WasmLab.Hosting.WasmShims.Containerd;

/// <summary>What the lab's handler stands for in containerd.</summary>
internal static class ContainerdHandler
{
    /// <summary>The program of runwasi's WasmEdge shim, which containerd looks for when a runtime has <see cref="ShimType"/>.</summary>
    public const string ProgramName = "containerd-shim-wasmedge-v1";

    public const string ShimType = "io.containerd.wasmedge.v1";

    /// <summary>The type of containerd's own shim, which starts an OCI runtime.</summary>
    public const string RuncType = "io.containerd.runc.v2";

    /// <summary>The entry for a node, with the cgroup driver of its own default runtime.</summary>
    public static RuntimeEntry Wanted(ShimOptions options, ContainerdConfig effective)
    {
        var entries = new Dictionary<string, object>();
        if (options.Source == ShimSource.Crun)
        {
            entries["BinaryName"] = options.BinaryName;
        }

        if (effective.Runtimes.GetValueOrDefault(effective.DefaultRuntime)?.SystemdCgroup is { } systemd)
        {
            entries["SystemdCgroup"] = systemd;
        }

        return new RuntimeEntry(options.Source == ShimSource.Crun ? RuncType : ShimType, entries);
    }
}
