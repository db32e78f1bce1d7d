namespace Aspire.Hosting.ApplicationModel;

/// <summary>The icon of the resource.</summary>
public sealed class ResourceIconAnnotation : IResourceAnnotation
{
    /// <summary>Creates the annotation.</summary>
    public ResourceIconAnnotation(string iconName, IconVariant iconVariant = IconVariant.Filled)
    {
        ArgumentException.ThrowIfNullOrEmpty(iconName);
        IconName = iconName;
        IconVariant = iconVariant;
    }

    /// <summary>The name of a Fluent UI icon.</summary>
    public string IconName { get; }

    /// <summary>The variant.</summary>
    public IconVariant IconVariant { get; }
}

/// <summary>The resource is left out of lists.</summary>
public sealed class HiddenAnnotation : IResourceAnnotation
{
    /// <summary>Creates the annotation.</summary>
    public HiddenAnnotation(HiddenBehavior behavior)
    {
        Behavior = behavior;
    }

    /// <summary>When it is left out.</summary>
    public HiddenBehavior Behavior { get; }

    /// <summary>With which exit codes it is left out on completion.</summary>
    public IReadOnlyList<int> SuccessfulExitCodes { get; init; } = [0];
}

/// <summary>When a resource is left out of lists.</summary>
public enum HiddenBehavior
{
    /// <summary>Always.</summary>
    Always = 0,

    /// <summary>Once it has completed well.</summary>
    OnCompletion = 1,
}

/// <summary>An address of the resource to open.</summary>
public sealed class ResourceUrlAnnotation : IResourceAnnotation
{
    /// <summary>The address; a path is taken relative to the endpoint.</summary>
    public required string Url { get; set; }

    /// <summary>What is shown for it; null is the address.</summary>
    public string? DisplayText { get; set; }

    /// <summary>The endpoint that the address belongs to.</summary>
    public EndpointReference? Endpoint { get; init; }

    /// <summary>Where it is shown.</summary>
    public UrlDisplayLocation DisplayLocation { get; set; }
}

/// <summary>Where an address is shown.</summary>
public enum UrlDisplayLocation
{
    /// <summary>In lists and in the details.</summary>
    SummaryAndDetails = 0,

    /// <summary>In the details only.</summary>
    DetailsOnly = 1,
}

/// <summary>Changes the addresses of the resource when its endpoints are known.</summary>
public sealed class ResourceUrlsCallbackAnnotation : IResourceAnnotation
{
    /// <summary>Creates the annotation.</summary>
    public ResourceUrlsCallbackAnnotation(Action<ResourceUrlsCallbackContext> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Callback = context =>
        {
            callback(context);
            return Task.CompletedTask;
        };
    }

    /// <summary>Creates the annotation.</summary>
    public ResourceUrlsCallbackAnnotation(Func<ResourceUrlsCallbackContext, Task> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Callback = callback;
    }

    /// <summary>What changes them.</summary>
    public Func<ResourceUrlsCallbackContext, Task> Callback { get; }
}
