namespace WasmLab.EmbeddedCluster;

/// <summary>The process cannot start, and the message tells the user why and what to do: it is printed as one line.</summary>
internal sealed class StartupException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>A port that something else listens on.</summary>
    public static StartupException PortTaken(int port, string setting, Exception? inner = null) =>
        new($"port {port} ({setting}) is taken; stop what listens on it, or choose another port or 0 for a free one", inner);
}
