namespace WasmLab.EmbeddedCluster.Nodes.Runtime;

/// <summary>A container's command in terms of the host: the program, its arguments, environment and directory.</summary>
internal sealed record ProcessCommand(
    string Program,
    IReadOnlyList<string> Arguments,
    IReadOnlyDictionary<string, string> Environment,
    string WorkingDirectory)
{
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    public static ProcessCommand Resolve(Bundle bundle)
    {
        var root = bundle.RootFileSystem;
        var imagePath = bundle.Environment.GetValueOrDefault("PATH", DefaultPath);
        var directory = RootFileSystem.Map(root, bundle.WorkingDirectory);
        var program = FindProgram(bundle.Arguments[0], root, directory, imagePath);

        var arguments = bundle.Arguments.Skip(1)
            .Select(argument => argument.StartsWith('/') && RootFileSystem.Exists(root, argument)
                ? RootFileSystem.Map(root, argument)
                : argument)
            .ToList();

        return new ProcessCommand(program, arguments, HostEnvironment(bundle, imagePath), directory);
    }

    /// <summary>The host path of the container's program.</summary>
    /// <exception cref="ContainerStartException">The image has no such program.</exception>
    public static string FindProgram(Bundle bundle) => FindProgram(
        bundle.Arguments[0],
        bundle.RootFileSystem,
        RootFileSystem.Map(bundle.RootFileSystem, bundle.WorkingDirectory),
        bundle.Environment.GetValueOrDefault("PATH", DefaultPath));

    private static string FindProgram(string name, string root, string directory, string path)
    {
        if (name.StartsWith('/'))
        {
            var mapped = RootFileSystem.Map(root, name);
            return File.Exists(mapped)
                ? mapped
                : throw NotFound($"exec: \"{name}\": stat {name}: no such file or directory");
        }

        if (name.Contains('/'))
        {
            var relative = Path.GetFullPath(name, directory);
            return File.Exists(relative)
                ? relative
                : throw NotFound($"exec: \"{name}\": stat {name}: no such file or directory");
        }

        var found = path.Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => RootFileSystem.Map(root, folder + "/" + name))
            .FirstOrDefault(File.Exists);
        return found ?? throw NotFound($"exec: \"{name}\": executable file not found in $PATH");
    }

    private static ContainerStartException NotFound(string detail) =>
        new($"failed to create containerd task: failed to create shim task: unable to start container process: {detail}");

    // The image brings its programs, the node the runtime under them: an application host (the embed flavor's wasmedge)
    // must find the .NET that this process itself runs on, wherever it is installed.
    private static Dictionary<string, string> HostEnvironment(Bundle bundle, string imagePath)
    {
        var mapped = imagePath.Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => RootFileSystem.Map(bundle.RootFileSystem, folder))
            .Where(Directory.Exists);
        var hostPath = System.Environment.GetEnvironmentVariable("PATH") ?? DefaultPath;

        var environment = new Dictionary<string, string>(bundle.Environment)
        {
            ["PATH"] = string.Join(Path.PathSeparator, mapped.Append(hostPath)),
        };
        environment.TryAdd("HOME", RootFileSystem.Map(bundle.RootFileSystem, "/"));
        environment.TryAdd("DOTNET_ROOT", DotnetHost.Root);
        return environment;
    }
}
