namespace Aspire.Hosting.ApplicationModel;

#pragma warning disable ASPIREPROBES001 // The published type implements it.
/// <summary>A program that the host runs.</summary>
public class ExecutableResource : Resource, IResourceWithEnvironment, IResourceWithArgs, IResourceWithEndpoints, IResourceWithWaitSupport, IResourceWithProbes, IComputeResource
#pragma warning restore ASPIREPROBES001
{
    /// <summary>Creates the resource.</summary>
    public ExecutableResource(string name, string command, string workingDirectory)
        : base(name)
    {
        ArgumentException.ThrowIfNullOrEmpty(command);
        ArgumentNullException.ThrowIfNull(workingDirectory);
        Annotations.Add(new ExecutableAnnotation { Command = command, WorkingDirectory = workingDirectory });
    }

    /// <summary>The program.</summary>
    public string Command => Executable.Command;

    /// <summary>The folder that it runs in.</summary>
    public string WorkingDirectory => Executable.WorkingDirectory;

    internal ExecutableAnnotation Executable => Annotations.Snapshot().OfType<ExecutableAnnotation>().Last();
}
