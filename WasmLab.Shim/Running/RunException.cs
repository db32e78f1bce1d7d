namespace WasmLab.Shim.Running;

/// <summary>What was asked for cannot be done with this module. The message is for the user.</summary>
internal sealed class RunException(string message) : Exception(message);
