using System.Reflection;

namespace Aspire.Hosting;

/// <summary>Where the AppHost lies: the folder of its project while it is developed, else the folder it is started in.</summary>
internal sealed record AppHostLocation(Assembly? Assembly, string Directory, string Path)
{
    /// <summary>The assembly metadata in which a build records the folder of the AppHost's project.</summary>
    public const string ProjectPathMetadata = "apphostprojectpath";

    public static AppHostLocation Find(DistributedApplicationOptions options)
    {
        var assembly = options.AssemblyName is { Length: > 0 } name ? Assembly.Load(name) : Assembly.GetEntryAssembly();
        var recorded = assembly?.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(m => string.Equals(m.Key, ProjectPathMetadata, StringComparison.OrdinalIgnoreCase))?.Value;
        var directory = options.ProjectDirectory
            ?? (System.IO.Directory.Exists(recorded) ? recorded : null)
            ?? ProjectFolderAbove(AppContext.BaseDirectory, assembly?.GetName().Name)
            ?? System.IO.Directory.GetCurrentDirectory();
        directory = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(directory));
        return new AppHostLocation(assembly, directory, System.IO.Path.Combine(directory, assembly?.GetName().Name ?? "AppHost"));
    }

    /// <summary>The nearest folder at or above one that holds the project of an assembly; null when there is none.</summary>
    public static string? ProjectFolderAbove(string folder, string? assemblyName)
    {
        for (var current = new DirectoryInfo(folder); current is not null; current = current.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(current.FullName, $"{assemblyName}.csproj")))
            {
                return current.FullName;
            }
        }

        return null;
    }
}
