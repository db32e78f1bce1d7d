namespace WasmLab.EmbeddedCluster.Api.Patching;

/// <summary>A patch cannot be applied.</summary>
internal sealed class PatchException : Exception
{
    /// <param name="malformed">The patch itself is no patch; otherwise it does not fit the object.</param>
    /// <param name="message">Why.</param>
    public PatchException(bool malformed, string message)
        : base(message) => Malformed = malformed;

    public bool Malformed { get; }
}
