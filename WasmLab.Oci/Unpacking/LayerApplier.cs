using System.Formats.Tar;

namespace WasmLab.Oci.Unpacking;

/// <summary>Applies one layer: its files over what lower layers left, and its whiteouts, which take things of theirs away.</summary>
internal sealed class LayerApplier(RootDirectory root, UnpackBudget budget)
{
    private const string Whiteout = ".wh.";
    private const string OpaqueWhiteout = ".wh..wh..opq";
    private const string WhiteoutMetadata = ".wh..wh.";

    private const UnixFileMode Permissions = (UnixFileMode)0b111_111_111;
    private const UnixFileMode OwnerAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>What this layer made, which its opaque whiteouts do not take away.</summary>
    private readonly HashSet<string> made = new(StringComparer.Ordinal);

    public async Task ApplyAsync(Stream archive, CancellationToken cancellationToken)
    {
        await using var reader = new TarReader(archive, leaveOpen: true);
        while (await reader.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
        {
            if (entry.EntryType is TarEntryType.GlobalExtendedAttributes)
            {
                continue;
            }

            budget.TakeEntry();
            await ApplyAsync(entry, cancellationToken);
        }
    }

    private async Task ApplyAsync(TarEntry entry, CancellationToken cancellationToken)
    {
        var path = RootDirectory.Split(entry.Name);
        if (path is [])
        {
            // The root itself: it is there.
            return;
        }

        if (path[^1].StartsWith(Whiteout, StringComparison.Ordinal))
        {
            ApplyWhiteout(entry.Name, path);
            return;
        }

        var parent = root.EnsureDirectory(path.AsSpan()[..^1], entry.Name);
        var location = Path.Combine(parent, path[^1]);
        switch (entry.EntryType)
        {
            case TarEntryType.Directory:
                MakeDirectory(location, entry.Mode);
                break;
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                RootDirectory.Remove(location);
                await WriteFileAsync(location, entry, cancellationToken);
                break;
            case TarEntryType.SymbolicLink:
                RootDirectory.Remove(location);
                File.CreateSymbolicLink(location, root.InnerTarget(parent, entry.Name, entry.LinkName));
                break;
            case TarEntryType.HardLink:
                CopyLinked(location, entry);
                break;
            default:
                throw new ImageException($"'{entry.Name}' is a {entry.EntryType}: files, directories and links can be unpacked.");
        }

        MarkMade(location);
    }

    private void MarkMade(string location)
    {
        while (location.Length > root.Location.Length && made.Add(location))
        {
            location = Path.GetDirectoryName(location)!;
        }
    }

    private static void MakeDirectory(string location, UnixFileMode mode)
    {
        if (new FileInfo(location) is { LinkTarget: not null } or { Exists: true })
        {
            RootDirectory.Remove(location);
        }

        Directory.CreateDirectory(location);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(location, (mode & Permissions) | OwnerAll);
        }
    }

    /// <summary>The bits that let a file run as its owner are dropped: the owner here is the user who unpacks.</summary>
    private static async Task WriteFileAsync(string location, TarEntry entry, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        await using (var file = new FileStream(location, options))
        {
            if (entry.DataStream is { } content)
            {
                await content.CopyToAsync(file, cancellationToken);
            }
        }

        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(location, (entry.Mode & Permissions) | UnixFileMode.UserRead);
        }
    }

    /// <summary>A hard link becomes a copy, which no later write through one of its names can reach.</summary>
    private void CopyLinked(string location, TarEntry entry)
    {
        var target = RootDirectory.Split(entry.LinkName);
        var source = target is [] ? root.Location : Path.Combine(root.ResolveDirectory(target.AsSpan()[..^1], entry.LinkName), target[^1]);
        if (new FileInfo(source) is not { Exists: true, LinkTarget: null } file)
        {
            throw new ImageException($"'{entry.Name}' is a hard link to '{entry.LinkName}', which is no file in the image.");
        }

        if (source == location)
        {
            return;
        }

        budget.TakeBytes(file.Length);
        RootDirectory.Remove(location);
        file.CopyTo(location);
    }

    private void ApplyWhiteout(string name, string[] path)
    {
        var last = path[^1];
        if (last == OpaqueWhiteout)
        {
            if (root.FindDirectory(path.AsSpan()[..^1], name) is { } directory)
            {
                RemoveLower(directory);
            }

            return;
        }

        if (last.StartsWith(WhiteoutMetadata, StringComparison.Ordinal))
        {
            return;
        }

        var hidden = last[Whiteout.Length..];
        if (hidden is "" or "." or "..")
        {
            throw new ImageException($"'{name}' is a whiteout of '{hidden}', which is no name.");
        }

        if (root.FindDirectory(path.AsSpan()[..^1], name) is { } parent && !made.Contains(Path.Combine(parent, hidden)))
        {
            RootDirectory.Remove(Path.Combine(parent, hidden));
        }
    }

    private void RemoveLower(string directory)
    {
        foreach (var entry in Directory.GetFileSystemEntries(directory))
        {
            if (!made.Contains(entry))
            {
                RootDirectory.Remove(entry);
            }
            else if (new FileInfo(entry).LinkTarget is null && Directory.Exists(entry))
            {
                RemoveLower(entry);
            }
        }
    }
}
