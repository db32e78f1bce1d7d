namespace WasmLab.Oci;

/// <summary>An image, a layout or a reference that is not what it should be: the message says what, and why.</summary>
public sealed class ImageException : Exception
{
    /// <summary>Creates the exception without a message.</summary>
    public ImageException()
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What failed, why, and what to do.</param>
    public ImageException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with its cause.</summary>
    /// <param name="message">What failed, why, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public ImageException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
