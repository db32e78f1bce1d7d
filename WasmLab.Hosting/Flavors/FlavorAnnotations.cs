namespace WasmLab.Hosting.Flavors;

/// <summary>The manifest that runs a flavor, as an absolute path.</summary>
internal sealed record FlavorManifestAnnotation(string Path) : IResourceAnnotation;

/// <summary>The flavor's image and what goes into it.</summary>
internal sealed record FlavorImageAnnotation(string Reference, FlavorImageContent Content) : IResourceAnnotation;

/// <summary>What goes into a flavor's image; every path is absolute.</summary>
internal abstract record FlavorImageContent
{
    /// <summary>The server as a static program of the node's platform: prebuilt, or built by cargo from its sources.</summary>
    public sealed record Native(string Sources, string PrebuiltPrograms) : FlavorImageContent;

    /// <summary>The server as a WebAssembly module, together with a runtime that is an ordinary program; or its Dockerfile in its sources.</summary>
    public sealed record Embed(string Module, string Sources) : FlavorImageContent;

    /// <summary>The server as a WebAssembly module and nothing else.</summary>
    public sealed record Runtime(string Module) : FlavorImageContent;
}
