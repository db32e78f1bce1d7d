namespace WasmLab.Wasm.Wasi.Waiting;

/// <summary>Waits for readiness on the instance's one thread. Any thread may call <see cref="Wake"/>, also before the wait begins.</summary>
internal interface IWaiter : IDisposable
{
    /// <summary>
    /// Fills <see cref="WaitEntry.Ready"/> and returns how many entries are ready; none when the time is over or <see cref="Wake"/> was called.
    /// A negative time-out waits for ever.
    /// </summary>
    int Wait(Span<WaitEntry> entries, TimeSpan timeout);

    /// <summary>Ends the current wait and every later one.</summary>
    void Wake();
}
