namespace Aspire.Hosting.ApplicationModel;

/// <summary>How the resource is written to a manifest.</summary>
public class ManifestPublishingCallbackAnnotation : IResourceAnnotation
{
    internal ManifestPublishingCallbackAnnotation()
    {
    }

    /// <summary>It is not written.</summary>
    public static ManifestPublishingCallbackAnnotation Ignore { get; } = new();
}
