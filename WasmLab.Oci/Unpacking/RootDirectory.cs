using System.Buffers;

namespace WasmLab.Oci.Unpacking;

/// <summary>The directory that an image is unpacked into. Paths of the image are followed here as a process in the image would:
/// links start again at this root, and its parent is itself.</summary>
internal sealed class RootDirectory(string location)
{
    private const int MaxLinks = 40;
    private static readonly SearchValues<char> InvalidOnWindows = SearchValues.Create("\\:*?\"<>|");

    public string Location { get; } = location;

    /// <summary>The parts of a path in the image; a path that climbs is refused.</summary>
    public static string[] Split(string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").ToArray();
        if (parts.Any(part => part == ".." || part.Contains('\0', StringComparison.Ordinal)))
        {
            throw new ImageException($"'{path}' leaves the image.");
        }

        if (OperatingSystem.IsWindows() && parts.Any(part => part.AsSpan().ContainsAny(InvalidOnWindows)))
        {
            throw new ImageException($"'{path}' cannot be a path on Windows.");
        }

        return parts;
    }

    /// <summary>Removes whatever is there; of a link the link.</summary>
    public static void Remove(string path)
    {
        var file = new FileInfo(path);
        if (file.LinkTarget is null && Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
        else if (file.LinkTarget is not null && file.Attributes.HasFlag(FileAttributes.Directory) && OperatingSystem.IsWindows())
        {
            Directory.Delete(path);
        }
        else
        {
            File.Delete(path);
        }
    }

    /// <summary>The real directory of a path, made where it is missing.</summary>
    public string EnsureDirectory(ReadOnlySpan<string> path, string name) => Follow(path, name, create: true)!;

    /// <summary>The real directory of a path; null when there is none.</summary>
    public string? FindDirectory(ReadOnlySpan<string> path, string name) => Follow(path, name, create: false);

    /// <summary>The real directory of a path; throws when there is none.</summary>
    public string ResolveDirectory(ReadOnlySpan<string> path, string name) =>
        FindDirectory(path, name) ?? throw new ImageException($"'{name}' is not in the image.");

    /// <summary>What a symbolic link in <paramref name="parent"/> is given as its target: an absolute one means the image's
    /// root, which the system that follows it later does not know, so it becomes a relative one.</summary>
    public string InnerTarget(string parent, string name, string target)
    {
        if (target.Length == 0 || target.Contains('\0', StringComparison.Ordinal))
        {
            throw new ImageException($"'{name}' is a symbolic link to nothing.");
        }

        if (!target.StartsWith('/'))
        {
            return target;
        }

        var depth = Path.GetRelativePath(Location, parent) is "." ? 0 : Path.GetRelativePath(Location, parent).Split(Path.DirectorySeparatorChar).Length;
        var inner = string.Concat(Enumerable.Repeat("../", depth)) + target.TrimStart('/');
        return inner.Length == 0 ? "." : inner;
    }

    /// <summary>Follows every link as the system would, and refuses the image if one climbs out. This comes last, because what a
    /// link means depends on the links that it passes, and those may come later.</summary>
    public void VerifyLinks()
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = false };
        foreach (var entry in new DirectoryInfo(Location).EnumerateFileSystemInfos("*", options))
        {
            if (entry.LinkTarget is { } target)
            {
                VerifyLink(Path.GetRelativePath(Location, entry.FullName), target);
            }
        }
    }

    private void VerifyLink(string name, string target)
    {
        var rest = new Stack<string>();
        var current = Parts(name).SkipLast(1).ToList();
        Push(rest, target);
        for (var links = 0; rest.TryPop(out var part);)
        {
            if (part == "..")
            {
                if (current.Count == 0)
                {
                    throw new ImageException($"the symbolic link '{name}' to '{target}' leaves the image.");
                }

                current.RemoveAt(current.Count - 1);
                continue;
            }

            current.Add(part);
            if (new FileInfo(Path.Combine([Location, .. current])).LinkTarget is { } next)
            {
                if (++links > MaxLinks)
                {
                    // The system gives up as well: such a link leads nowhere.
                    return;
                }

                current.RemoveAt(current.Count - 1);
                Push(rest, next);
            }
        }
    }

    private string? Follow(ReadOnlySpan<string> path, string name, bool create)
    {
        var rest = new Stack<string>();
        for (var i = path.Length - 1; i >= 0; i--)
        {
            rest.Push(path[i]);
        }

        var current = new List<string>();
        for (var links = 0; rest.TryPop(out var part);)
        {
            if (part == "..")
            {
                if (current.Count > 0)
                {
                    current.RemoveAt(current.Count - 1);
                }

                continue;
            }

            current.Add(part);
            var location = Path.Combine([Location, .. current]);
            if (new FileInfo(location).LinkTarget is { } target)
            {
                if (++links > MaxLinks)
                {
                    throw new ImageException($"'{name}' passes more than {MaxLinks} symbolic links.");
                }

                current.RemoveAt(current.Count - 1);
                Push(rest, target);
            }
            else if (File.Exists(location))
            {
                throw new ImageException($"'{name}' passes '{string.Join('/', current)}', which is a file.");
            }
            else if (!Directory.Exists(location))
            {
                if (!create)
                {
                    return null;
                }

                Directory.CreateDirectory(location);
            }
        }

        return Path.Combine([Location, .. current]);
    }

    private static void Push(Stack<string> rest, string path)
    {
        foreach (var part in Parts(path).Reverse())
        {
            rest.Push(part);
        }
    }

    private static IEnumerable<string> Parts(string path) =>
        path.Split([Path.DirectorySeparatorChar, '/'], StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".");
}
