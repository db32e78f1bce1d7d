namespace Aspire.Hosting;

/// <summary>A parameter has no value in the configuration.</summary>
public class MissingParameterValueException : DistributedApplicationException
{
    /// <summary>Creates the exception with a message.</summary>
    public MissingParameterValueException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a message and its cause.</summary>
    public MissingParameterValueException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
