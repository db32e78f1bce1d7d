namespace WasmLab.Wasm;

/// <summary>What holds for one instance from its first moment on, its start function included.</summary>
public sealed record InstanceOptions
{
    /// <summary>
    /// The instance's first fuel: what <see cref="Instance.Fuel"/> is at the start. Needs <see cref="EngineOptions.CountFuel"/>.
    /// 0 or more; null, the default, is as much as there can be.
    /// </summary>
    public long? Fuel { get; init; }

    /// <summary>
    /// How long after its creation the instance is interrupted, as by <see cref="Instance.InterruptAfter"/>. Default: never.
    /// </summary>
    public TimeSpan Timeout { get; init; } = System.Threading.Timeout.InfiniteTimeSpan;

    /// <summary>Interrupts the instance when it is cancelled, at any time. Default: never.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>What <see cref="Instance.HostState"/> is at the start. Default: null.</summary>
    public object? HostState { get; init; }

    internal void Validate(EngineOptions engine)
    {
        if (Fuel is { } fuel && (fuel < 0 || !engine.CountFuel))
        {
            throw new ArgumentException(fuel < 0 ? "Fuel must be 0 or more" : "the engine does not count fuel: set EngineOptions.CountFuel");
        }

        if (Timeout != System.Threading.Timeout.InfiniteTimeSpan && (Timeout < TimeSpan.Zero || Timeout.TotalMilliseconds > uint.MaxValue - 1))
        {
            throw new ArgumentException($"Timeout must be Timeout.InfiniteTimeSpan or 0 to 49 days, but is {Timeout}");
        }
    }
}
