namespace WasmLab.Wasm;

/// <summary>A kind of exception. Each one is of its own identity: only the very same tag catches what was thrown with it.</summary>
public sealed class Tag
{
    /// <summary>Makes a tag that the host can define for modules to import.</summary>
    /// <param name="engine">The engine of the modules.</param>
    /// <param name="type">Its type.</param>
    public Tag(Engine engine, TagType type)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(type);
        Engine = engine;
        Type = type;
    }

    /// <summary>The type.</summary>
    public TagType Type { get; }

    internal Engine Engine { get; }
}
