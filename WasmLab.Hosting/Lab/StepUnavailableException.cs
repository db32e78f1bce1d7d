namespace WasmLab.Hosting.Lab;

/// <summary>Why a step cannot be done on this machine although nothing is broken: the resource shows it and the lab goes on.</summary>
internal sealed class StepUnavailableException(string message) : Exception(message);
