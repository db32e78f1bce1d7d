namespace WasmLab.Wasm;

/// <summary>How compiled code keeps a guest inside of its memory. Both ways trap on the same accesses, but for one case.</summary>
public enum BoundsChecks
{
    /// <summary><see cref="GuardPages"/> where the system offers them, and <see cref="Explicit"/> elsewhere.</summary>
    Auto,

    /// <summary>A comparison before each access. Works everywhere.</summary>
    Explicit,

    /// <summary>
    /// No comparison: every address that a guest can form lies in address space reserved for its memory, and the processor faults on
    /// what is not in use. 64-bit Linux on x64 only; each memory takes 8 GiB of address space (not of memory). A load whose value is not used
    /// in whole may go without its trap, mostly one that begins inside and ends outside; it sees nothing of what lies outside.
    /// </summary>
    GuardPages,
}
