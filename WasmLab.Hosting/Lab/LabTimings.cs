using System.Collections.Concurrent;

namespace WasmLab.Hosting.Lab;

/// <summary>When each step began and ended, on one clock that starts with the lab.</summary>
internal sealed class LabTimings(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private readonly ConcurrentDictionary<string, StepTiming> _steps = new(StringComparer.Ordinal);

    public TimeSpan Elapsed => time.GetElapsedTime(_start);

    public void Started(string step) => _steps[step] = new StepTiming(Elapsed, null, null, null);

    public void Done(string step) => Change(step, timing => timing with { Done = Elapsed });

    public void Failed(string step, string reason) => Change(step, timing => timing with { Done = Elapsed, Failure = reason });

    public void Unavailable(string step, string reason) => Change(step, timing => timing with { Done = Elapsed, Unavailable = reason });

    public StepTiming? Find(string step) => _steps.GetValueOrDefault(step);

    private void Change(string step, Func<StepTiming, StepTiming> change) =>
        _steps.AddOrUpdate(step, _ => change(new StepTiming(Elapsed, null, null, null)), (_, timing) => change(timing));
}

/// <summary>The times of one step, counted from the lab's start, and why it failed or could not be done here.</summary>
internal sealed record StepTiming(TimeSpan Started, TimeSpan? Done, string? Failure, string? Unavailable);
