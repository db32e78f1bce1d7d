namespace WasmLab.Hosting.Lab;

/// <summary>Marks the resources whose readiness is the lab's.</summary>
internal sealed class LabStepAnnotation : IResourceAnnotation;
