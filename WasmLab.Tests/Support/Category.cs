namespace WasmLab.Tests.Support;

/// <summary>The values of the one <c>Category</c> trait that every test carries.</summary>
internal static class Category
{
    public const string Name = "Category";

    /// <summary>Fast, in process, needs nothing.</summary>
    public const string Unit = "Unit";

    /// <summary>Starts the real processes.</summary>
    public const string EndToEnd = "EndToEnd";

    /// <summary>Needs chromium.</summary>
    public const string Browser = "Browser";

    /// <summary>Needs kubectl, helm or an SDK of another language.</summary>
    public const string Client = "Client";

    /// <summary>Needs root and containerd.</summary>
    public const string Node = "Node";

    /// <summary>Programs that nobody here wrote, as <c>Wasi/RealPrograms/setup.sh</c> gets them, and Node.</summary>
    public const string Programs = "Programs";

    /// <summary>The official WebAssembly test suite.</summary>
    public const string Spec = "Spec";
}
