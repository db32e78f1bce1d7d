namespace WasmLab.Hosting.Lab;

/// <summary>Marks the resources whose readiness is the lab's.</summary>
/// <param name="Rehearse">Runs the step's work without the states and waits of a real run.</param>
internal sealed record LabStepAnnotation(Func<LabStep, CancellationToken, Task> Rehearse) : IResourceAnnotation;
