namespace WasmLab.EmbeddedCluster.Nodes.Probes;

/// <summary>What one probe found.</summary>
internal readonly record struct ProbeResult(bool Succeeded, string Message)
{
    public static ProbeResult Success { get; } = new(true, "");

    public static ProbeResult Failure(string message) => new(false, message);
}

internal enum ProbeKind
{
    Startup,
    Readiness,
    Liveness,
}
