using System.Globalization;

namespace WasmLab.Wasm;

/// <summary>Why bytes are not a module that can be run.</summary>
public enum ModuleErrorKind
{
    /// <summary>The bytes do not follow the binary format.</summary>
    Malformed,

    /// <summary>The format is right, but the module breaks a rule of validation.</summary>
    Invalid,

    /// <summary>The module uses a feature of WebAssembly that this engine does not have, or that is turned off.</summary>
    Unsupported,

    /// <summary>The module is larger in some respect than the engine allows.</summary>
    LimitExceeded,
}

/// <summary>Bytes are not a module that can be run. The message starts with the specification's words.</summary>
public sealed class ModuleException : Exception
{
    /// <summary>Says what is wrong, and where.</summary>
    /// <param name="kind">Why the module is refused.</param>
    /// <param name="reason">What is wrong, in the specification's words.</param>
    /// <param name="offset">The byte offset in the module.</param>
    /// <param name="section">The section that holds the offset, or null outside of any.</param>
    public ModuleException(ModuleErrorKind kind, string reason, long offset, string? section)
        : base(Describe(reason, offset, section))
    {
        Kind = kind;
        Reason = reason;
        Offset = offset;
        Section = section;
    }

    /// <summary>Why the module is refused.</summary>
    public ModuleErrorKind Kind { get; }

    /// <summary>What is wrong, without the place.</summary>
    public string Reason { get; }

    /// <summary>The byte offset in the module.</summary>
    public long Offset { get; }

    /// <summary>The name of the section that holds the offset, or null outside of any.</summary>
    public string? Section { get; }

    private static string Describe(string reason, long offset, string? section)
    {
        var place = string.Create(CultureInfo.InvariantCulture, $"at offset 0x{offset:x}");
        return section is null ? $"{reason} ({place})" : $"{reason} ({place}, {section} section)";
    }
}
