using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Finds programs in a model.</summary>
public static class ExecutableResourceExtensions
{
    /// <summary>The programs.</summary>
    public static IEnumerable<ExecutableResource> GetExecutableResources(this DistributedApplicationModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.Resources.OfType<ExecutableResource>();
    }
}
