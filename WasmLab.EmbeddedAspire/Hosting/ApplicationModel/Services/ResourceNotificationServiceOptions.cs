namespace Aspire.Hosting.ApplicationModel;

/// <summary>Options of the <see cref="ResourceNotificationService"/>.</summary>
public sealed class ResourceNotificationServiceOptions
{
    /// <summary>What happens when a resource waited for cannot be had, where the model does not say. The builder sets it to wait on when there is a dashboard to start the resource from.</summary>
    public WaitBehavior DefaultWaitBehavior { get; set; } = WaitBehavior.StopOnResourceUnavailable;
}
