using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace WasmLab.Hosting.Lab;

/// <summary>What a step of the lab works with.</summary>
internal sealed class LabStep(IResource resource, IServiceProvider services, ILogger logger, ResourceNotificationService notifications)
{
    public IServiceProvider Services => services;

    public ILogger Logger => logger;

    /// <summary>True when commands are shown and nothing may be changed.</summary>
    public bool IsRehearsal => services.GetRequiredService<LabOptions>().DryRun;

    public T Get<T>() where T : notnull => services.GetRequiredService<T>();

    /// <summary>Shows in the console log the command that does by hand what the lab does now.</summary>
    public void ByHand(string command) => logger.LogInformation("$ {Command}", command);

    public Task SetPropertyAsync(string name, object? value, bool highlighted = true) =>
        notifications.PublishUpdateAsync(resource, snapshot => snapshot with { Properties = Set(snapshot.Properties, name, value, highlighted) });

    public Task PublishAsync(Func<CustomResourceSnapshot, CustomResourceSnapshot> change) => notifications.PublishUpdateAsync(resource, change);

    private static ImmutableArray<ResourcePropertySnapshot> Set(
        ImmutableArray<ResourcePropertySnapshot> properties, string name, object? value, bool highlighted)
    {
        var property = new ResourcePropertySnapshot(name, value) { IsHighlighted = highlighted };
        for (var index = 0; index < properties.Length; index++)
        {
            if (properties[index].Name == name)
            {
                return properties.SetItem(index, property);
            }
        }

        return properties.Add(property);
    }
}
