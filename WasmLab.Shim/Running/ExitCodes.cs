namespace WasmLab.Shim.Running;

/// <summary>What a run ends with when the module does not choose its code itself. Numbers above 128 are 128 + the signal, as shells have them.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>The module cannot be read, is not valid, or needs an import that there is not.</summary>
    public const int CannotRun = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>It ran longer than it may, as timeout(1).</summary>
    public const int TimedOut = 124;

    public const int Interrupted = 128 + 2;

    /// <summary>A trap, as SIGABRT.</summary>
    public const int Trap = 128 + 6;

    public const int Killed = 128 + 9;

    public const int Terminated = 128 + 15;
}
